import { createHash } from "node:crypto";
import type { PinnedBase } from "#server/domain/environment/image-pin";
import { packagesIdentity } from "#server/domain/environment/packages";
import { cycloneDx } from "#server/domain/environment/sbom";
import { DriverError, type ImageInfo } from "#server/drivers/compute-driver";
import { uuidV7 } from "#server/kernel/ids";
import type { ImageSbomRow } from "#server/store/sboms";
import type { ControlContext } from "../context";

export interface Listing {
  readonly context: Pick<ControlContext, "driver" | "settings" | "clock">;
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
}

/** Lists what is in a new image. That this cannot be had, say because the image forbids it, does not make the image unusable. */
export async function listPackages(
  { context, signal, write }: Listing,
  { name, image, bases }: { readonly name: string; readonly image: ImageInfo; readonly bases: readonly PinnedBase[] },
): Promise<Omit<ImageSbomRow, "buildId"> | null> {
  try {
    const contents = await context.driver.inspectPackages(image.reference, context.settings.packageScript, signal);
    const now = context.clock.now();
    const digest = createHash("sha256").update(packagesIdentity(contents)).digest("hex");
    const document = cycloneDx({ name, imageRef: image.reference, imageId: image.id, bases }, contents, uuidV7(now), now);
    write(`${String(contents.packages.length)} packages`);
    return { document, packageCount: contents.packages.length, digest, createdAt: now };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof DriverError) || error.kind === "unreachable") throw error;
    write(`note: the packages of the image could not be listed: ${error.message}`);
    return null;
  }
}
