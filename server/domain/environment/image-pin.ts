import type { Cause } from "../deployment/status";
import { parseImageReference, withDigest } from "./image-reference";

/** What a registry said of a reference. */
export type RegistryAnswer =
  { readonly kind: "digest"; readonly digest: string } | { readonly kind: "denied" | "missing" | "unreachable"; readonly message: string };

/** The image of that name on the host: its id, and the digests under which it came from registries (none when it was built here). */
export interface HostImage {
  readonly id: string;
  readonly digests: readonly string[];
}

export interface ImagePin {
  /** What to run or build upon: a reference by digest, or the id of an image that no registry knows. */
  readonly reference: string;
  readonly digest: string;
  readonly origin: "registry" | "host";
  /** What a person should know of the choice, or null. */
  readonly note: string | null;
}

/** An image that a built one stands on, and which it was at the time. */
export interface PinnedBase {
  /** As the environment names it. */
  readonly reference: string;
  readonly digest: string;
}

export type PinOutcome = { readonly ok: true; readonly pin: ImagePin } | { readonly ok: false; readonly cause: Cause };

const failed = (reason: string, message: string, hint: string): PinOutcome => ({ ok: false, cause: { reason, message, hint } });

function refusal(reference: string, answer: Exclude<RegistryAnswer, { kind: "digest" }>, signedIn: boolean): PinOutcome {
  const registry = parseImageReference(reference)?.registry ?? "The registry";
  if (answer.kind === "denied")
    return failed(
      "RegistryDenied",
      `${registry} refuses ${reference}: ${answer.message}`,
      signedIn
        ? "Check user name and password of the connection, and that this user may pull the image."
        : `Add a connection for ${registry} under Settings, and check the image's name.`,
    );
  if (answer.kind === "missing")
    return failed(
      "ImageTagMissing",
      `${registry} has no ${reference}.`,
      "Push the image again, or name a tag that exists. Deployments that were pinned to its digest go on.",
    );
  return failed(
    "RegistryUnreachable",
    `${registry} does not answer: ${answer.message}`,
    "Check the registry's address and this machine's network; it is tried again.",
  );
}

/**
 * The exact image that a reference stands for now. A registry's word comes first. What only the host has, built there and never pulled, is used
 * as it is; a pulled image is used without its registry only while that does not answer, never when it refuses or has lost the tag.
 */
export function choosePin(reference: string, answer: RegistryAnswer, host: HostImage | null, signedIn: boolean): PinOutcome {
  const parsed = parseImageReference(reference);
  if (answer.kind === "digest")
    return {
      ok: true,
      pin: { reference: parsed === null ? reference : withDigest(parsed, answer.digest), digest: answer.digest, origin: "registry", note: null },
    };
  if (host === null) return refusal(reference, answer, signedIn);
  const known = host.digests.find((entry) => parsed !== null && entry.startsWith(`${parsed.name}@`));
  if (known === undefined && host.digests.length === 0)
    return { ok: true, pin: { reference: host.id, digest: host.id, origin: "host", note: `${reference} is on the host only, and no registry has it.` } };
  if (answer.kind !== "unreachable") return refusal(reference, answer, signedIn);
  const pinned = known ?? host.id;
  const note = `The registry of ${reference} does not answer; the image that was pulled before is used.`;
  return { ok: true, pin: { reference: pinned, digest: pinned.slice(pinned.indexOf("@") + 1), origin: "host", note } };
}
