-- CreateTable
CREATE TABLE "base_refresh" (
    "id" TEXT NOT NULL,
    "requested_by" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'Queued',
    "images" JSONB NOT NULL DEFAULT '[]',
    "changed" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "reason" TEXT,
    "message" TEXT,
    "hint" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "base_refresh_pkey" PRIMARY KEY ("id")
);

-- AlterTable
ALTER TABLE "environment" ADD COLUMN     "roll_policy" TEXT NOT NULL DEFAULT 'manual';
