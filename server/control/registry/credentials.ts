import { z } from "zod";
import { matchRegistry } from "#server/domain/connection/registry-match";
import { normalRegistry } from "#server/domain/environment/image-reference";
import { Secret } from "#server/domain/secret/secret";
import type { RegistryAuth } from "#server/drivers/compute-driver";
import type { ConnectionRow } from "#server/store/connections";
import type { ControlContext } from "../context";

const sealedSchema = z.object({ password: z.string() });

/** What a registry's connection signs in with; null when the row went or was sealed under another master key. */
export async function registryAuthOf(context: ControlContext, connection: ConnectionRow): Promise<RegistryAuth | null> {
  const sealed = await context.store.connections.findSealed(connection.id);
  if (sealed === null) return null;
  try {
    const { password } = sealedSchema.parse(JSON.parse(context.vault.unseal(sealed, connection.id)));
    const [registry = ""] = normalRegistry(connection.address).split("/");
    return { registry, username: connection.properties["username"] ?? "", password: new Secret(password) };
  } catch {
    return null;
  }
}

const registriesOf = (context: ControlContext, workspaceId: string): Promise<readonly ConnectionRow[]> =>
  context.store.connections.listByKind(workspaceId, "container_registry");

/** The workspace's credentials for an image, or null when it has none. */
export async function credentialsFor(context: ControlContext, workspaceId: string, reference: string): Promise<RegistryAuth | null> {
  const connection = matchRegistry(reference, await registriesOf(context, workspaceId));
  return connection === null ? null : registryAuthOf(context, connection);
}

/** All of them, for builds that name further images in ways that cannot be read beforehand. Of two for one registry the last wins. */
export async function allCredentials(context: ControlContext, workspaceId: string): Promise<readonly RegistryAuth[]> {
  const auths = await Promise.all((await registriesOf(context, workspaceId)).map((connection) => registryAuthOf(context, connection)));
  return auths.flatMap((auth) => auth ?? []);
}
