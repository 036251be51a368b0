-- DropIndex
DROP INDEX "image_build_content_hash_key";

-- AlterTable
ALTER TABLE "deployment" ADD COLUMN     "image_build_id" TEXT,
ADD COLUMN     "image_revision" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "pin_spec_hash" TEXT,
ADD COLUMN     "roll_observed" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "roll_requested" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "deployment_revision" ADD COLUMN     "image_digest" TEXT,
ADD COLUMN     "image_ref" TEXT;

-- AlterTable
ALTER TABLE "image_build" ADD COLUMN     "bases" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "cancelled_attempt" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "cause" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "failure_lines" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "revision" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "source_digest" TEXT,
ADD COLUMN     "source_ref" TEXT,
ADD COLUMN     "steps" JSONB NOT NULL DEFAULT '[]';

-- CreateTable
CREATE TABLE "connection" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "properties" JSONB NOT NULL DEFAULT '{}',
    "sealed" BYTEA NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "observed_generation" INTEGER NOT NULL DEFAULT 0,
    "state" TEXT NOT NULL DEFAULT 'Unchecked',
    "message" TEXT,
    "checked_at" TIMESTAMPTZ(3),

    CONSTRAINT "connection_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "connection_workspace_id_name_key" ON "connection"("workspace_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "image_build_content_hash_revision_key" ON "image_build"("content_hash", "revision");

-- Closed lists, as in the first migration.
ALTER TABLE "image_build" DROP CONSTRAINT "image_build_state_check";
ALTER TABLE "image_build" ADD CONSTRAINT "image_build_state_check" CHECK ("state" IN ('Queued', 'Building', 'Succeeded', 'Failed', 'Canceled'));
ALTER TABLE "connection" ADD CONSTRAINT "connection_state_check" CHECK ("state" IN ('Unchecked', 'Working', 'Denied', 'Unreachable'));
