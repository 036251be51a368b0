import { normalRegistry, parseImageReference } from "../environment/image-reference";

/**
 * The connection for an image: the one with the longest address that the reference lies below, or null. An address may hold the beginning of a
 * repository (`registry.example.com/team`), so that teams have credentials of their own at one registry.
 */
export function matchRegistry<T extends { readonly address: string }>(reference: string, connections: readonly T[]): T | null {
  const parsed = parseImageReference(reference);
  if (parsed === null) return null;
  const place = `${parsed.registry}/${parsed.repository}`;
  const fitting = connections.filter(({ address }) => `${place}/`.startsWith(`${normalRegistry(address)}/`));
  return fitting.reduce<T | null>(
    (best, one) => (best === null || normalRegistry(one.address).length > normalRegistry(best.address).length ? one : best),
    null,
  );
}

const addressPattern = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?(?:\/[a-z0-9._/-]+)?$/;

/** Whether a text can be a registry's address, with or without scheme. */
export const isRegistryAddress = (text: string): boolean => text.length <= 255 && addressPattern.test(normalRegistry(text));
