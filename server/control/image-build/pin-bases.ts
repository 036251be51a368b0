import { createHash } from "node:crypto";
import { baseImages, pinBases } from "#server/domain/environment/dockerfile";
import type { PinnedBase } from "#server/domain/environment/image-pin";
import type { Cause } from "#server/domain/deployment/status";
import type { BuildSpec } from "#server/drivers/compute-driver";
import { currentBase } from "../base-refresh/bases";
import type { ControlContext } from "../context";
import { pullReference, resolveReference } from "../registry/resolve";
import type { PassContext } from "../runtime/outcome";
import type { BuildProgress } from "./progress";

export type PinnedSpec = { readonly ok: true; readonly spec: BuildSpec; readonly bases: readonly PinnedBase[] } | { readonly ok: false; readonly cause: Cause };

interface PinWork {
  readonly context: ControlContext;
  readonly pass: PassContext;
  readonly workspaceId: string;
  readonly progress: BuildProgress;
}

type Pinned = { readonly ok: true; readonly base: PinnedBase; readonly reference: string } | { readonly ok: false; readonly cause: Cause };

async function pinOne({ context, pass, workspaceId, progress }: PinWork, reference: string): Promise<Pinned> {
  if (reference === context.settings.images.python) {
    const base = await currentBase(context, "platform");
    return { ok: true, base: { reference: "platform", digest: base.id ?? base.reference }, reference: base.reference };
  }
  const outcome = await resolveReference(context, pass, workspaceId, reference);
  if (!outcome.ok) return outcome;
  const { pin } = outcome;
  if (pin.note !== null) progress.write(`note: ${pin.note}`);
  if (pin.origin === "host" && pin.reference === pin.digest) return { ok: true, base: { reference, digest: pin.digest }, reference };
  progress.write(`base ${reference} is ${pin.digest}`);
  const pulled = await pullReference(context, pass, workspaceId, pin.reference, () => progress.begin(`Pull ${reference}`));
  return pulled.ok ? { ok: true, base: { reference, digest: pin.digest }, reference: pin.reference } : pulled;
}

/**
 * The build with each of its bases replaced by the exact image that its name stands for now, all of them on the host. A base whose name needs an
 * argument without a value stays as it is, which the log says.
 */
export async function pinBuild(work: PinWork, spec: BuildSpec): Promise<PinnedSpec> {
  const named = baseImages(spec.dockerfile, spec.buildArgs);
  for (const { line, written, reference } of named)
    if (reference === null) work.progress.write(`note, line ${String(line)}: ${written} has no value here, so it is not pinned to a digest.`);
  const references = [...new Set(named.flatMap(({ reference }) => reference ?? []))];
  const pins = new Map<string, string>();
  const bases: PinnedBase[] = [];
  for (const reference of references) {
    const pinned = await pinOne(work, reference);
    if (!pinned.ok) return pinned;
    pins.set(reference, pinned.reference);
    bases.push(pinned.base);
  }
  const dockerfile = pinBases(spec.dockerfile, spec.buildArgs, pins);
  // An image of the host's keeps its name when it is built anew, so the name alone does not tell contents apart.
  const contentHash = createHash("sha256")
    .update(JSON.stringify([spec.contentHash, dockerfile, bases]))
    .digest("hex")
    .slice(0, 40);
  return { ok: true, spec: { ...spec, dockerfile, contentHash }, bases };
}
