CREATE TABLE "model_import" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT,
    "description" TEXT NOT NULL DEFAULT '',
    "source" JSONB NOT NULL,
    "unpack" BOOLEAN NOT NULL DEFAULT false,
    "sha256" TEXT,
    "state" TEXT NOT NULL DEFAULT 'Queued',
    "cancel_requested" BOOLEAN NOT NULL DEFAULT false,
    "stored" JSONB NOT NULL DEFAULT '[]',
    "done_bytes" BIGINT NOT NULL DEFAULT 0,
    "total_bytes" BIGINT,
    "reason" TEXT,
    "message" TEXT,
    "hint" TEXT,
    "version" INTEGER,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "model_import_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "model_import_workspace_id_created_at_idx" ON "model_import"("workspace_id", "created_at");
