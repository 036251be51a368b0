CREATE TABLE "asset_label" (
    "workspace_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "version_id" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "asset_label_pkey" PRIMARY KEY ("workspace_id", "kind", "name", "label")
);

CREATE INDEX "asset_label_version_id_idx" ON "asset_label"("version_id");
