import type { OperationServices } from "./context";

/** The key set (RFC 7517) of all workspaces: public keys only, for everybody, so nobody is asked who he is. */
export async function readKeySet({ store }: Pick<OperationServices, "store">): Promise<{ readonly keys: readonly Readonly<Record<string, string>>[] }> {
  return { keys: (await store.signingKeys.list()).map(({ publicJwk }) => publicJwk) };
}
