-- CreateTable
CREATE TABLE "endpoint_domain" (
    "id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "chain" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "key_sealed" BYTEA NOT NULL,
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "endpoint_domain_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "endpoint_domain_name_key" ON "endpoint_domain"("name");

-- CreateIndex
CREATE INDEX "endpoint_domain_endpoint_id_idx" ON "endpoint_domain"("endpoint_id");

-- AddForeignKey
ALTER TABLE "endpoint_domain" ADD CONSTRAINT "endpoint_domain_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "endpoint"("id") ON DELETE CASCADE ON UPDATE CASCADE;
