-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "workspace" (
    "id" TEXT NOT NULL,
    "subscription_id" TEXT NOT NULL,
    "resource_group" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workspace_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_account" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "disabled_at" TIMESTAMPTZ(3),

    CONSTRAINT "user_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "membership" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "membership_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "user_agent" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "personal_access_token" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "personal_access_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signing_key" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "kid" TEXT NOT NULL,
    "public_jwk" JSONB NOT NULL,
    "private_sealed" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "signing_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rate_window" (
    "key" TEXT NOT NULL,
    "window_start" TIMESTAMPTZ(3) NOT NULL,
    "count" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "rate_window_pkey" PRIMARY KEY ("key","window_start")
);

-- CreateTable
CREATE TABLE "idempotency_record" (
    "actor_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "response" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_record_pkey" PRIMARY KEY ("actor_id","key")
);

-- CreateTable
CREATE TABLE "setting" (
    "workspace_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("workspace_id","key")
);

-- CreateTable
CREATE TABLE "model" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "model_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model_version" (
    "id" TEXT NOT NULL,
    "model_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "type" TEXT NOT NULL DEFAULT 'custom_model',
    "root_name" TEXT NOT NULL,
    "is_file" BOOLEAN NOT NULL DEFAULT false,
    "files" JSONB NOT NULL,
    "digest" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "tags" JSONB NOT NULL DEFAULT '{}',
    "properties" JSONB NOT NULL DEFAULT '{}',
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "model_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "environment" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "environment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "environment_version" (
    "id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "spec" JSONB NOT NULL,
    "content_hash" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "tags" JSONB NOT NULL DEFAULT '{}',
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "environment_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "code_asset" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "root_name" TEXT NOT NULL,
    "files" JSONB NOT NULL,
    "scoring_scripts" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "digest" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "code_asset_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "artifact" (
    "sha256" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "artifact_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "upload" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "file_name" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "chunk_bytes" INTEGER NOT NULL,
    "received_chunks" INTEGER[] DEFAULT ARRAY[]::INTEGER[],
    "state" TEXT NOT NULL DEFAULT 'Open',
    "sha256" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "upload_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "image_build" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "environment_version_id" TEXT NOT NULL,
    "content_hash" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 1,
    "observed_attempt" INTEGER NOT NULL DEFAULT 0,
    "state" TEXT NOT NULL DEFAULT 'Queued',
    "image_ref" TEXT,
    "image_id" TEXT,
    "size_bytes" BIGINT,
    "reason" TEXT,
    "message" TEXT,
    "hint" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "image_build_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "host" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "driver" TEXT NOT NULL,
    "cpu_cores" DOUBLE PRECISION NOT NULL,
    "memory_mib" INTEGER NOT NULL,
    "cpu_overcommit" DOUBLE PRECISION NOT NULL DEFAULT 4,
    "memory_overcommit" DOUBLE PRECISION NOT NULL DEFAULT 1,
    "engine_version" TEXT NOT NULL DEFAULT '',
    "state" TEXT NOT NULL DEFAULT 'Unknown',
    "conditions" JSONB NOT NULL DEFAULT '[]',
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "host_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "instance_type" (
    "name" TEXT NOT NULL,
    "cpu_cores" DOUBLE PRECISION NOT NULL,
    "memory_mib" INTEGER NOT NULL,
    "gpu_count" INTEGER NOT NULL DEFAULT 0,
    "price_per_hour" DECIMAL(12,6) NOT NULL,
    "family" TEXT NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "instance_type_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "gateway_node" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "proxy_version" TEXT NOT NULL DEFAULT '',
    "address" TEXT NOT NULL DEFAULT '',
    "last_seen_at" TIMESTAMPTZ(3),
    "applied_revision" INTEGER NOT NULL DEFAULT 0,
    "applied_digest" TEXT NOT NULL DEFAULT '',
    "refused_revision" INTEGER,
    "refused_reason" TEXT,
    "in_flight" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "gateway_node_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "routing_revision" (
    "revision" SERIAL NOT NULL,
    "document" JSONB NOT NULL,
    "digest" TEXT NOT NULL,
    "cause" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "routing_revision_pkey" PRIMARY KEY ("revision")
);

-- CreateTable
CREATE TABLE "gateway_acknowledgement" (
    "gateway_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "outcome" TEXT NOT NULL,
    "reason" TEXT NOT NULL DEFAULT '',
    "digest" TEXT NOT NULL DEFAULT '',
    "applied_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "gateway_acknowledgement_pkey" PRIMARY KEY ("gateway_id","revision")
);

-- CreateTable
CREATE TABLE "deployment" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "color" INTEGER NOT NULL,
    "spec" JSONB NOT NULL,
    "spec_hash" TEXT NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "restart_requested" INTEGER NOT NULL DEFAULT 0,
    "delete_requested" BOOLEAN NOT NULL DEFAULT false,
    "observed_generation" INTEGER NOT NULL DEFAULT 0,
    "provisioning_state" TEXT NOT NULL DEFAULT 'Creating',
    "conditions" JSONB NOT NULL DEFAULT '[]',
    "last_error" TEXT,
    "subnet_index" INTEGER,
    "staged_hash" TEXT,
    "image_ref" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "deployment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deployment_revision" (
    "id" TEXT NOT NULL,
    "deployment_id" TEXT NOT NULL,
    "generation" INTEGER NOT NULL,
    "spec" JSONB NOT NULL,
    "spec_hash" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "deployment_revision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "instance" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "deployment_id" TEXT NOT NULL,
    "host_id" TEXT NOT NULL,
    "slot" INTEGER NOT NULL,
    "spec_hash" TEXT NOT NULL,
    "deployment_generation" INTEGER NOT NULL,
    "run_spec" JSONB NOT NULL,
    "instance_type" TEXT NOT NULL,
    "price_per_hour" DECIMAL(12,6) NOT NULL,
    "desired_state" TEXT NOT NULL DEFAULT 'Running',
    "state" TEXT NOT NULL DEFAULT 'Pending',
    "ready" BOOLEAN NOT NULL DEFAULT false,
    "address" TEXT,
    "port" INTEGER,
    "container_id" TEXT,
    "exit_code" INTEGER,
    "reason" TEXT,
    "message" TEXT,
    "hint" TEXT,
    "probe_state" JSONB NOT NULL DEFAULT '{}',
    "prior_failures" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "ready_at" TIMESTAMPTZ(3),
    "draining_at" TIMESTAMPTZ(3),
    "stopped_at" TIMESTAMPTZ(3),
    "unrouted_revision" INTEGER,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "instance_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "endpoint" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "owner_id" TEXT NOT NULL,
    "spec" JSONB NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "delete_requested" BOOLEAN NOT NULL DEFAULT false,
    "observed_generation" INTEGER NOT NULL DEFAULT 0,
    "provisioning_state" TEXT NOT NULL DEFAULT 'Creating',
    "conditions" JSONB NOT NULL DEFAULT '[]',
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "endpoint_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "endpoint_key" (
    "id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "slot" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "sha256" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "endpoint_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "traffic_change" (
    "id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "generation" INTEGER NOT NULL,
    "before" JSONB NOT NULL,
    "after" JSONB NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "routing_revision" INTEGER,
    "applied_at" TIMESTAMPTZ(3),
    "gateway_count" INTEGER,
    "refused_reason" TEXT,

    CONSTRAINT "traffic_change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operation" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "target_type" TEXT NOT NULL,
    "target_id" TEXT NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 0,
    "status" TEXT NOT NULL DEFAULT 'InProgress',
    "percent" INTEGER NOT NULL DEFAULT 0,
    "error" JSONB,
    "actor_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "operation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event" (
    "id" BIGSERIAL NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "endpoint_id" TEXT,
    "deployment_id" TEXT,
    "instance_id" TEXT,
    "severity" TEXT NOT NULL DEFAULT 'info',
    "reason" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "hint" TEXT,
    "data" JSONB NOT NULL DEFAULT '{}',
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target_type" TEXT NOT NULL,
    "target_id" TEXT NOT NULL,
    "target_name" TEXT NOT NULL,
    "endpoint_id" TEXT,
    "before" JSONB,
    "after" JSONB,
    "request_id" TEXT NOT NULL DEFAULT '',
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "change" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "lease" (
    "name" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lease_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "ingested_part" (
    "name" TEXT NOT NULL,
    "rows" INTEGER NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "ingested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ingested_part_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "metric_minute" (
    "endpoint" TEXT NOT NULL,
    "deployment" TEXT NOT NULL,
    "minute" TIMESTAMPTZ(0) NOT NULL,
    "status" INTEGER NOT NULL,
    "model_status" INTEGER NOT NULL,
    "error_code" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "total_buckets" INTEGER[],
    "queue_buckets" INTEGER[],
    "model_buckets" INTEGER[],
    "total_ms_sum" DOUBLE PRECISION NOT NULL,
    "request_bytes" BIGINT NOT NULL,
    "response_bytes" BIGINT NOT NULL,

    CONSTRAINT "metric_minute_pkey" PRIMARY KEY ("endpoint","deployment","minute","status","model_status","error_code")
);

-- CreateTable
CREATE TABLE "resource_minute" (
    "instance_id" TEXT NOT NULL,
    "deployment_id" TEXT NOT NULL,
    "minute" TIMESTAMPTZ(0) NOT NULL,
    "samples" INTEGER NOT NULL,
    "cpu_cores_sum" DOUBLE PRECISION NOT NULL,
    "cpu_cores_max" DOUBLE PRECISION NOT NULL,
    "cpu_limit_cores" DOUBLE PRECISION NOT NULL,
    "memory_bytes_sum" DOUBLE PRECISION NOT NULL,
    "memory_bytes_max" DOUBLE PRECISION NOT NULL,
    "memory_limit" DOUBLE PRECISION NOT NULL,
    "network_rx_bytes" BIGINT NOT NULL,
    "network_tx_bytes" BIGINT NOT NULL,
    "in_flight_sum" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "in_flight_max" DOUBLE PRECISION NOT NULL DEFAULT 0,

    CONSTRAINT "resource_minute_pkey" PRIMARY KEY ("instance_id","minute")
);

-- CreateTable
CREATE TABLE "cost_hour" (
    "endpoint_id" TEXT NOT NULL,
    "deployment_id" TEXT NOT NULL,
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "instance_type" TEXT NOT NULL,
    "instance_seconds" DOUBLE PRECISION NOT NULL,
    "compute_amount" DOUBLE PRECISION NOT NULL,
    "network_bytes" BIGINT NOT NULL,
    "network_amount" DOUBLE PRECISION NOT NULL,
    "requests" INTEGER NOT NULL,

    CONSTRAINT "cost_hour_pkey" PRIMARY KEY ("deployment_id","hour","instance_type")
);

-- CreateIndex
CREATE UNIQUE INDEX "workspace_subscription_id_resource_group_name_key" ON "workspace"("subscription_id", "resource_group", "name");

-- CreateIndex
CREATE UNIQUE INDEX "user_account_email_key" ON "user_account"("email");

-- CreateIndex
CREATE UNIQUE INDEX "membership_workspace_id_user_id_key" ON "membership"("workspace_id", "user_id");

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "personal_access_token_token_hash_key" ON "personal_access_token"("token_hash");

-- CreateIndex
CREATE INDEX "personal_access_token_user_id_idx" ON "personal_access_token"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "signing_key_kid_key" ON "signing_key"("kid");

-- CreateIndex
CREATE UNIQUE INDEX "model_workspace_id_name_key" ON "model"("workspace_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "model_version_model_id_version_key" ON "model_version"("model_id", "version");

-- CreateIndex
CREATE UNIQUE INDEX "environment_workspace_id_name_key" ON "environment"("workspace_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "environment_version_environment_id_version_key" ON "environment_version"("environment_id", "version");

-- CreateIndex
CREATE UNIQUE INDEX "code_asset_workspace_id_name_version_key" ON "code_asset"("workspace_id", "name", "version");

-- CreateIndex
CREATE UNIQUE INDEX "image_build_content_hash_key" ON "image_build"("content_hash");

-- CreateIndex
CREATE UNIQUE INDEX "host_name_key" ON "host"("name");

-- CreateIndex
CREATE UNIQUE INDEX "gateway_node_name_key" ON "gateway_node"("name");

-- CreateIndex
CREATE INDEX "deployment_endpoint_id_idx" ON "deployment"("endpoint_id");

-- CreateIndex
CREATE UNIQUE INDEX "deployment_revision_deployment_id_generation_key" ON "deployment_revision"("deployment_id", "generation");

-- CreateIndex
CREATE INDEX "instance_deployment_id_removed_at_idx" ON "instance"("deployment_id", "removed_at");

-- CreateIndex
CREATE INDEX "instance_removed_at_idx" ON "instance"("removed_at");

-- CreateIndex
CREATE INDEX "endpoint_workspace_id_idx" ON "endpoint"("workspace_id");

-- CreateIndex
CREATE UNIQUE INDEX "endpoint_key_endpoint_id_slot_key" ON "endpoint_key"("endpoint_id", "slot");

-- CreateIndex
CREATE UNIQUE INDEX "traffic_change_endpoint_id_generation_key" ON "traffic_change"("endpoint_id", "generation");

-- CreateIndex
CREATE INDEX "operation_target_id_idx" ON "operation"("target_id");

-- CreateIndex
CREATE INDEX "event_endpoint_id_at_idx" ON "event"("endpoint_id", "at");

-- CreateIndex
CREATE INDEX "event_workspace_id_at_idx" ON "event"("workspace_id", "at");

-- CreateIndex
CREATE INDEX "audit_entry_workspace_id_at_idx" ON "audit_entry"("workspace_id", "at");

-- CreateIndex
CREATE INDEX "audit_entry_endpoint_id_at_idx" ON "audit_entry"("endpoint_id", "at");

-- CreateIndex
CREATE INDEX "metric_minute_minute_idx" ON "metric_minute"("minute");

-- CreateIndex
CREATE INDEX "resource_minute_deployment_id_minute_idx" ON "resource_minute"("deployment_id", "minute");

-- CreateIndex
CREATE INDEX "cost_hour_endpoint_id_hour_idx" ON "cost_hour"("endpoint_id", "hour");

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "membership" ADD CONSTRAINT "membership_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "personal_access_token" ADD CONSTRAINT "personal_access_token_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user_account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_version" ADD CONSTRAINT "model_version_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "environment_version" ADD CONSTRAINT "environment_version_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "endpoint"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment_revision" ADD CONSTRAINT "deployment_revision_deployment_id_fkey" FOREIGN KEY ("deployment_id") REFERENCES "deployment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "instance" ADD CONSTRAINT "instance_deployment_id_fkey" FOREIGN KEY ("deployment_id") REFERENCES "deployment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "endpoint_key" ADD CONSTRAINT "endpoint_key_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "endpoint"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "traffic_change" ADD CONSTRAINT "traffic_change_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "endpoint"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Rules that the schema language cannot say.

-- Endpoint names are unique per installation and deployment names per endpoint, whatever their case. A deleted row frees its name.
CREATE UNIQUE INDEX "endpoint_live_name_key" ON "endpoint"(lower("name")) WHERE "deleted_at" IS NULL;
CREATE UNIQUE INDEX "deployment_live_name_key" ON "deployment"("endpoint_id", lower("name")) WHERE "deleted_at" IS NULL;

-- A deployment's network exists once.
CREATE UNIQUE INDEX "deployment_subnet_index_key" ON "deployment"("subnet_index") WHERE "subnet_index" IS NOT NULL;

-- A slot has at most one instance of one spec that is meant to run (while replacing, one of the old and one of the new), and an address
-- belongs to one instance until it is given back.
CREATE UNIQUE INDEX "instance_live_slot_key" ON "instance"("deployment_id", "slot", "spec_hash")
  WHERE "desired_state" = 'Running' AND "removed_at" IS NULL AND "state" NOT IN ('Stopped', 'Failed', 'Rejected', 'Orphaned');
CREATE UNIQUE INDEX "instance_live_address_key" ON "instance"("address") WHERE "address" IS NOT NULL AND "removed_at" IS NULL;

-- States are closed lists. A writer with a typing error must fail here and not in a reader.
ALTER TABLE "endpoint" ADD CONSTRAINT "endpoint_provisioning_state_check" CHECK ("provisioning_state" IN ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'));
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_provisioning_state_check" CHECK ("provisioning_state" IN ('Creating', 'Updating', 'Deleting', 'Succeeded', 'Failed', 'Canceled'));
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_color_check" CHECK ("color" BETWEEN 0 AND 7);
ALTER TABLE "instance" ADD CONSTRAINT "instance_desired_state_check" CHECK ("desired_state" IN ('Running', 'Stopped', 'Removed'));
ALTER TABLE "instance" ADD CONSTRAINT "instance_state_check" CHECK ("state" IN ('Pending', 'Assigned', 'Staging', 'Pulling', 'Starting', 'Running', 'Draining', 'Stopped', 'Failed', 'Rejected', 'Orphaned'));
ALTER TABLE "membership" ADD CONSTRAINT "membership_role_check" CHECK ("role" IN ('reader', 'contributor', 'owner'));
ALTER TABLE "image_build" ADD CONSTRAINT "image_build_state_check" CHECK ("state" IN ('Queued', 'Building', 'Succeeded', 'Failed'));

-- The hint that wakes control planes: the feed itself is the table, so the payload only says that there is news.
CREATE FUNCTION notify_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('sluice_change', '');
  RETURN NULL;
END
$$;
CREATE TRIGGER "change_notify" AFTER INSERT ON "change" FOR EACH STATEMENT EXECUTE FUNCTION notify_change();
