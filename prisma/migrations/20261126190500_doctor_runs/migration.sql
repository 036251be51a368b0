-- AlterTable
ALTER TABLE "deployment_revision" ADD COLUMN     "doctor_run_id" TEXT;

-- CreateTable
CREATE TABLE "doctor_run" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "endpoint" TEXT NOT NULL,
    "deployment" TEXT NOT NULL,
    "spec" JSONB NOT NULL,
    "digest" TEXT NOT NULL,
    "sample" JSONB,
    "state" TEXT NOT NULL DEFAULT 'Queued',
    "phase" TEXT NOT NULL DEFAULT 'image',
    "phase_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "facts" JSONB NOT NULL DEFAULT '{}',
    "checks" JSONB NOT NULL DEFAULT '[]',
    "verdict" TEXT,
    "lines" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "cancel_requested" BOOLEAN NOT NULL DEFAULT false,
    "slot" INTEGER,
    "container" JSONB,
    "console" TEXT NOT NULL DEFAULT 'None',
    "console_until" TIMESTAMPTZ(3),
    "console_end" BOOLEAN NOT NULL DEFAULT false,
    "console_message" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "doctor_run_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "doctor_run_slot_key" ON "doctor_run"("slot");

-- CreateIndex
CREATE INDEX "doctor_run_workspace_id_digest_idx" ON "doctor_run"("workspace_id", "digest");

-- CreateIndex
CREATE INDEX "doctor_run_phase_idx" ON "doctor_run"("phase");

-- Closed lists, as in the first migration.
ALTER TABLE "doctor_run" ADD CONSTRAINT "doctor_run_state_check" CHECK ("state" IN ('Queued', 'Running', 'Finished', 'Canceled'));
ALTER TABLE "doctor_run" ADD CONSTRAINT "doctor_run_phase_check" CHECK ("phase" IN ('image', 'storage', 'start', 'ready', 'exercise', 'open', 'stop', 'clean', 'ended'));
ALTER TABLE "doctor_run" ADD CONSTRAINT "doctor_run_verdict_check" CHECK ("verdict" IN ('passed', 'warning', 'failed', 'skipped'));
ALTER TABLE "doctor_run" ADD CONSTRAINT "doctor_run_console_check" CHECK ("console" IN ('None', 'Starting', 'Open', 'Ended'));
