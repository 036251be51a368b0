import { providerKeysSetting, providerSetting, readProvider, readProviderKeys } from "#server/domain/token/provider";
import type { StoreSession } from "#server/store/store";
import type { KnownProvider } from "./callers";

/** The identity provider of each workspace that names one, with the keys that were last read. */
export async function readProviders({ workspaces, settings }: Pick<StoreSession, "workspaces" | "settings">): Promise<ReadonlyMap<string, KnownProvider>> {
  const known = new Map<string, KnownProvider>();
  for (const { id } of await workspaces.list()) {
    const provider = readProvider(await settings.find(id, providerSetting));
    if (provider === null) continue;
    const { keys } = readProviderKeys(await settings.find(id, providerKeysSetting), provider);
    known.set(id, { ...provider, keys });
  }
  return known;
}
