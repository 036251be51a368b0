-- AlterTable
ALTER TABLE "host" ADD COLUMN     "gpu_runtime" BOOLEAN NOT NULL DEFAULT false;
