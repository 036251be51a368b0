-- AlterTable
ALTER TABLE "environment_version" ADD COLUMN     "curated" TEXT;
