-- What versions of all three kinds of assets have in common.
ALTER TABLE "environment_version" ADD COLUMN "properties" JSONB NOT NULL DEFAULT '{}', ADD COLUMN "archived_at" TIMESTAMPTZ(3);
ALTER TABLE "code_asset"
  ADD COLUMN "description" TEXT NOT NULL DEFAULT '',
  ADD COLUMN "tags" JSONB NOT NULL DEFAULT '{}',
  ADD COLUMN "properties" JSONB NOT NULL DEFAULT '{}',
  ADD COLUMN "archived_at" TIMESTAMPTZ(3);
ALTER TABLE "model_import" ADD COLUMN "tags" JSONB NOT NULL DEFAULT '{}', ADD COLUMN "properties" JSONB NOT NULL DEFAULT '{}';

-- Environments were archived as a whole; from here on versions are, as those of models.
UPDATE "environment_version" v SET "archived_at" = e."archived_at" FROM "environment" e WHERE e."id" = v."environment_id" AND e."archived_at" IS NOT NULL;

-- The first held what versions hold now; the others nothing ever wrote or read.
ALTER TABLE "environment" DROP COLUMN "archived_at", DROP COLUMN "description", DROP COLUMN "tags";
ALTER TABLE "model" DROP COLUMN "archived_at", DROP COLUMN "description", DROP COLUMN "tags";
