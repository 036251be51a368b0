-- AlterTable
ALTER TABLE "code_asset" ADD COLUMN     "anonymous" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "environment_version" ADD COLUMN     "anonymous" BOOLEAN NOT NULL DEFAULT false;
