-- CreateTable
CREATE TABLE "client_key" (
    "id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "previous_sha256" TEXT,
    "previous_until" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "may_pin" BOOLEAN NOT NULL,
    "rate_per_second" INTEGER,
    "daily_quota" INTEGER,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "rotated_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "client_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "client_key_usage" (
    "client_key_id" TEXT NOT NULL,
    "day" INTEGER NOT NULL,
    "requests" INTEGER NOT NULL,
    "total" BIGINT NOT NULL,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "client_key_usage_pkey" PRIMARY KEY ("client_key_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "client_key_endpoint_id_name_key" ON "client_key"("endpoint_id", "name");

-- AddForeignKey
ALTER TABLE "client_key" ADD CONSTRAINT "client_key_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "endpoint"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_key_usage" ADD CONSTRAINT "client_key_usage_client_key_id_fkey" FOREIGN KEY ("client_key_id") REFERENCES "client_key"("id") ON DELETE CASCADE ON UPDATE CASCADE;
