/** Smallest subnet of a deployment: a /26 has 61 addresses for instances, beside network, bridge and broadcast. */
const blockPrefix = 26;
const blockSize = 2 ** (32 - blockPrefix);
/** Addresses of a subnet that no instance may have: network, bridge and broadcast. */
const reservedAddresses = 3;
/** Addresses beyond the instances' own: the surge, and those that wait for acknowledgements. */
const restingAddresses = 8;
/** Where a /16 supernet's blocks end. */
export const blocksInSupernet = 2 ** (blockPrefix - 16);

export interface Subnet {
  readonly cidr: string;
  readonly gateway: string;
  /** First and last address that an instance may have, as 32-bit numbers. */
  readonly first: number;
  readonly last: number;
}

const toNumber = (address: string): number => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
const toAddress = (value: number): string => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join(".");

/**
 * Blocks of 64 addresses that a deployment's bridge needs, a power of two. Some more than instances: an address is not free again before
 * every live gateway acknowledged its removal.
 */
export function blocksFor(maxInstances: number): number {
  let blocks = 1;
  while (blocks * blockSize - reservedAddresses < maxInstances + restingAddresses) blocks *= 2;
  return blocks;
}

/** The subnet of `blocks` (a power of two) blocks that starts at block `index` of a /16 supernet such as `10.213.0.0/16`. */
export function subnetAt(supernet: string, index: number, blocks = 1): Subnet {
  if (index < 0 || index % blocks !== 0 || index + blocks > blocksInSupernet) throw new RangeError(`block ${String(index)} is not in ${supernet}`);
  const base = toNumber(supernet.slice(0, supernet.indexOf("/"))) + index * blockSize;
  const size = blocks * blockSize;
  return { cidr: `${toAddress(base)}/${String(32 - Math.log2(size))}`, gateway: toAddress(base + 1), first: base + 2, last: base + size - 2 };
}

/**
 * The lowest block index, aligned to `blocks`, that overlaps no taken range; null when the supernet is full. The first block is kept
 * for builds and other networks of our own.
 */
export function freeBlock(taken: readonly { readonly index: number; readonly blocks: number }[], blocks: number): number | null {
  for (let index = blocks; index + blocks <= blocksInSupernet; index += blocks)
    if (taken.every((range) => range.index >= index + blocks || range.index + range.blocks <= index)) return index;
  return null;
}

/**
 * An address of the subnet that is in nobody's hands, or null. The search starts after the latest given address, so that a freed one
 * rests as long as possible before it is used again.
 */
export function freeAddress(subnet: Subnet, held: readonly string[], latest: string | null): string | null {
  const taken = new Set(held.map(toNumber));
  const count = subnet.last - subnet.first + 1;
  const start = latest === null ? 0 : toNumber(latest) - subnet.first + 1;
  for (let offset = 0; offset < count; offset += 1) {
    const candidate = subnet.first + ((((start + offset) % count) + count) % count);
    if (!taken.has(candidate)) return toAddress(candidate);
  }
  return null;
}

/**
 * Whether an address may go to another instance: its container is gone, and no gateway can still send there. `unroutedRevision` is the
 * first revision without the address; null means "still routed", or never routed when `wasRouted` is false.
 */
export function isAddressFree(
  holder: { readonly containerGone: boolean; readonly wasRouted: boolean; readonly unroutedRevision: number | null },
  appliedRevisions: readonly number[],
): boolean {
  if (!holder.containerGone) return false;
  return !holder.wasRouted || isAcknowledged(holder.unroutedRevision, appliedRevisions);
}

/** Whether every gateway that counts runs the revision or a later one. */
export const isAcknowledged = (revision: number | null, appliedRevisions: readonly number[]): boolean =>
  revision !== null && appliedRevisions.every((applied) => applied >= revision);
