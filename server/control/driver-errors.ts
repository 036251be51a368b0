import type { Cause } from "#server/domain/deployment/status";
import { DriverError, type DriverErrorKind } from "#server/drivers/compute-driver";
import { TransientError } from "./runtime/outcome";

/** What a reconciler makes of each kind of driver failure: try again by itself, or give up this attempt and say why. */
export const driverErrorTable: Readonly<
  Record<DriverErrorKind, { readonly verdict: "transient" | "terminal"; readonly reason: string; readonly hint: string }>
> = {
  not_found: { verdict: "transient", reason: "ResourceMissing", hint: "Something was removed behind our back; it is made again." },
  already_exists: { verdict: "terminal", reason: "NameTaken", hint: "A container or network with our name but other content is there. Remove it by hand." },
  image_missing: { verdict: "terminal", reason: "ImageMissing", hint: "The image is not on the host. Check its name, or build the environment again." },
  image_denied: { verdict: "terminal", reason: "RegistryDenied", hint: "The registry refused the image. Check its name and the workspace's connection." },
  registry_unreachable: { verdict: "terminal", reason: "RegistryUnreachable", hint: "Check the registry's address and this machine's network." },
  resources_exhausted: {
    verdict: "terminal",
    reason: "ResourcesExhausted",
    hint: "The host cannot give what the instance type asks for. Choose a smaller one or free something.",
  },
  invalid_config: {
    verdict: "terminal",
    reason: "InvalidConfiguration",
    hint: "The engine refused the container's configuration. Check the environment's image and routes.",
  },
  unreachable: { verdict: "transient", reason: "HostUnreachable", hint: "The engine does not answer. Check that it runs." },
  timeout: { verdict: "transient", reason: "HostTimeout", hint: "The engine took too long to answer. Check the host's load." },
  internal: { verdict: "transient", reason: "HostError", hint: "The engine failed. Its own log says more." },
};

/**
 * Runs a driver call. A terminal failure is returned as a value, with the reason to show; a transient one is thrown so that the loop
 * tries again with backoff. `giveUpOn` names kinds that are terminal for this caller although they are transient for others. Anything that
 * is not a `DriverError` passes through.
 */
export async function attempt<T>(
  call: () => Promise<T>,
  giveUpOn: readonly DriverErrorKind[] = [],
): Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Cause }> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    const row = driverErrorTable[error.kind];
    if (row.verdict === "transient" && !giveUpOn.includes(error.kind)) throw new TransientError(`${row.reason}: ${error.message}`, { cause: error });
    return { ok: false, failure: { reason: row.reason, message: error.message, hint: row.hint } };
  }
}
