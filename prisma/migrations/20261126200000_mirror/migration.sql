CREATE TABLE "mirror_minute" (
  "endpoint" TEXT NOT NULL,
  "primary" TEXT NOT NULL,
  "shadow" TEXT NOT NULL,
  "minute" TIMESTAMPTZ(0) NOT NULL,
  "agreed" INTEGER NOT NULL,
  "disagreed" INTEGER NOT NULL,
  "failed" INTEGER NOT NULL,
  "unpaired" INTEGER NOT NULL,
  "skipped" INTEGER NOT NULL,
  "primary_buckets" INTEGER[],
  "shadow_buckets" INTEGER[],
  CONSTRAINT "mirror_minute_pkey" PRIMARY KEY ("endpoint", "primary", "shadow", "minute")
);
CREATE INDEX "mirror_minute_minute_idx" ON "mirror_minute" ("minute");

CREATE TABLE "mirror_disagreement" (
  "request_id" TEXT NOT NULL,
  "shadow" TEXT NOT NULL,
  "endpoint" TEXT NOT NULL,
  "primary" TEXT NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  "primary_status" INTEGER NOT NULL,
  "shadow_status" INTEGER NOT NULL,
  "primary_ms" DOUBLE PRECISION NOT NULL,
  "shadow_ms" DOUBLE PRECISION NOT NULL,
  "difference" TEXT NOT NULL,
  "primary_body" TEXT NOT NULL,
  "shadow_body" TEXT NOT NULL,
  CONSTRAINT "mirror_disagreement_pkey" PRIMARY KEY ("request_id", "shadow")
);
CREATE INDEX "mirror_disagreement_endpoint_primary_shadow_at_idx" ON "mirror_disagreement" ("endpoint", "primary", "shadow", "at" DESC);
CREATE INDEX "mirror_disagreement_at_idx" ON "mirror_disagreement" ("at");
