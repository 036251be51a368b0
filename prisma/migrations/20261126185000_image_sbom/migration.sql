-- CreateTable
CREATE TABLE "image_sbom" (
    "build_id" TEXT NOT NULL,
    "document" JSONB NOT NULL,
    "package_count" INTEGER NOT NULL,
    "digest" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "image_sbom_pkey" PRIMARY KEY ("build_id")
);

-- AddForeignKey
ALTER TABLE "image_sbom" ADD CONSTRAINT "image_sbom_build_id_fkey" FOREIGN KEY ("build_id") REFERENCES "image_build"("id") ON DELETE CASCADE ON UPDATE CASCADE;
