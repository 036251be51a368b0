import { createHash } from "node:crypto";
import { parseImageReference } from "#server/domain/environment/image-reference";
import { DriverError, type ImageInfo, type RegistryAuth } from "../compute-driver";
import type { SimWorld } from "./world";

/** References below `missing/`, `private/` and `away/` stand for what a registry lacks, refuses, and does not answer for. */
function askRegistry(world: SimWorld, reference: string, auth: RegistryAuth | null, what: string): void {
  if (reference.startsWith("missing/")) throw new DriverError("image_missing", `${what}: manifest for ${reference} not found`);
  if (reference.startsWith("away/")) throw new DriverError("registry_unreachable", `${what}: connection refused`);
  const account = world.accounts.get(parseImageReference(reference)?.registry ?? "");
  const gone = account !== undefined && !reference.includes("@") && !world.tags.has(reference);
  const wrong = account !== undefined && (auth?.username !== account.username || auth.password.reveal() !== account.password);
  if (wrong || reference.startsWith("private/")) throw new DriverError("image_denied", `${what}: pull access denied for ${reference}`);
  if (gone) throw new DriverError("image_missing", `${what}: manifest unknown`);
}

export function simResolve(world: SimWorld, reference: string, auth: RegistryAuth | null): string {
  askRegistry(world, reference, auth, "resolve image");
  return parseImageReference(reference)?.digest ?? world.tags.get(reference) ?? `sha256:${createHash("sha256").update(`registry ${reference}`).digest("hex")}`;
}

export function simPull(world: SimWorld, reference: string, auth: RegistryAuth | null): ImageInfo {
  askRegistry(world, reference, auth, "pull image");
  return world.addImage(reference);
}

export function simSignIn(world: SimWorld, auth: RegistryAuth): void {
  const account = world.accounts.get(auth.registry);
  if (account === undefined) throw new DriverError("registry_unreachable", "sign in: connection refused");
  if (account.username !== auth.username || account.password !== auth.password.reveal()) throw new DriverError("image_denied", "sign in: unauthorized");
}
