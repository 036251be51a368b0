import { choosePin, type PinOutcome, type RegistryAnswer } from "#server/domain/environment/image-pin";
import { parseImageReference } from "#server/domain/environment/image-reference";
import { DriverError, type ImageInfo, type RegistryAuth } from "#server/drivers/compute-driver";
import type { Cause } from "#server/domain/deployment/status";
import type { ControlContext } from "../context";
import { attempt } from "../driver-errors";
import type { PassContext } from "../runtime/outcome";
import { credentialsFor } from "./credentials";

const kinds = { image_denied: "denied", image_missing: "missing", registry_unreachable: "unreachable" } as const;
const isTold = (kind: string): kind is keyof typeof kinds => Object.hasOwn(kinds, kind);

async function ask(context: ControlContext, pass: PassContext, reference: string, auth: RegistryAuth | null): Promise<RegistryAnswer> {
  try {
    return { kind: "digest", digest: await context.driver.resolveImage(reference, auth, pass.signal) };
  } catch (error) {
    if (error instanceof DriverError && isTold(error.kind)) return { kind: kinds[error.kind], message: error.message.replace(/^resolve image: /, "") };
    throw error;
  }
}

/** The exact image that a reference stands for now, by the workspace's credentials. A reference by digest stands for itself. */
export async function resolveReference(context: ControlContext, pass: PassContext, workspaceId: string, reference: string): Promise<PinOutcome> {
  const parsed = parseImageReference(reference);
  const host = await context.driver.findImage(reference);
  if (parsed === null) {
    if (host !== null) return { ok: true, pin: { reference: host.id, digest: host.id, origin: "host", note: null } };
    return { ok: false, cause: { reason: "ImageTagMissing", message: `There is no image ${reference} on the host.`, hint: "Name the image as name:tag." } };
  }
  const auth = await credentialsFor(context, workspaceId, reference);
  if (parsed.digest !== null && host !== null) return { ok: true, pin: { reference, digest: parsed.digest, origin: "host", note: null } };
  return choosePin(reference, await ask(context, pass, reference, auth), host, auth !== null);
}

/** Has the image on the host, pulled if need be. */
export async function pullReference(
  context: ControlContext,
  pass: PassContext,
  workspaceId: string,
  reference: string,
  onPull: () => void,
): Promise<{ readonly ok: true; readonly image: ImageInfo } | { readonly ok: false; readonly cause: Cause }> {
  const found = await context.driver.findImage(reference);
  if (found !== null) return { ok: true, image: found };
  onPull();
  const auth = await credentialsFor(context, workspaceId, reference);
  const pulled = await attempt(() => context.driver.pullImage(reference, auth, pass.signal));
  return pulled.ok ? { ok: true, image: pulled.value } : { ok: false, cause: pulled.failure };
}
