import { refreshedOf, type PlatformBase, type RefreshedBase } from "#server/domain/environment/base-refresh";
import type { ControlContext } from "../context";

/** The product's own image of that name. */
export const sourceImage = ({ settings }: Pick<ControlContext, "settings">, name: PlatformBase): string =>
  name === "platform" ? settings.images.python : settings.images.inference;

/** Images that the newest refresh put in force, for this release of the product. */
export async function refreshedBases(context: ControlContext): Promise<readonly RefreshedBase[]> {
  const images = (await context.store.baseRefreshes.findNewestGood())?.images ?? [];
  return (["platform", "platform-inference"] as const).flatMap((name) => refreshedOf(images, name, sourceImage(context, name)) ?? []);
}

/** What is built upon now: the refreshed image while the host has it, else the product's own. */
export async function currentBase(context: ControlContext, name: PlatformBase): Promise<{ readonly reference: string; readonly id: string | null }> {
  const refreshed = (await refreshedBases(context)).find((image) => image.name === name);
  const found = refreshed === undefined ? null : await context.driver.findImage(refreshed.reference);
  if (found !== null) return { reference: found.reference, id: found.id };
  const reference = sourceImage(context, name);
  return { reference, id: (await context.driver.findImage(reference))?.id ?? null };
}
