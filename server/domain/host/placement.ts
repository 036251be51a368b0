import { findCondition, type Condition } from "../condition";
import type { HostCapacity, InstanceType } from "./types";

export interface PlacementHost extends HostCapacity {
  /** How many times the host's cores may be promised. */
  readonly cpuOvercommit: number;
  readonly memoryOvercommit: number;
  readonly gpuRuntime: boolean;
}

export interface Reserved {
  readonly cpuCores: number;
  readonly memoryMib: number;
}

/** What several things hold together. */
export const sumReserved = (parts: readonly Reserved[]): Reserved =>
  parts.reduce<Reserved>((sum, part) => ({ cpuCores: sum.cpuCores + part.cpuCores, memoryMib: sum.memoryMib + part.memoryMib }), { cpuCores: 0, memoryMib: 0 });

export type Placement =
  | { readonly fits: true; readonly cpuCores: number; readonly memoryMib: number; readonly capped: boolean }
  | { readonly fits: false; readonly code: "TypeTooLarge" | "NoGpu" | "NoCpu" | "NoMemory"; readonly message: string; readonly hint: string };

const cores = (value: number): string => `${String(Math.round(value * 100) / 100)} ${value === 1 ? "core" : "cores"}`;
const mib = (value: number): string => (value >= 1024 ? `${String(Math.round((value / 1024) * 10) / 10)} GiB` : `${String(Math.round(value))} MiB`);

/**
 * What one instance of a type gets on a host: engines refuse more cores than the machine has, so larger types are capped to it
 * (or, by setting, refused). Memory above the machine's is capped in the same way.
 */
export function effectiveSize(type: InstanceType, host: HostCapacity): { readonly cpuCores: number; readonly memoryMib: number; readonly capped: boolean } {
  const cpuCores = Math.min(type.cpuCores, host.cpuCores);
  const memoryMib = Math.min(type.memoryMib, host.memoryMib);
  return { cpuCores, memoryMib, capped: cpuCores < type.cpuCores || memoryMib < type.memoryMib };
}

/** Whether one more instance of a type fits beside what is reserved already, or a sentence that says why not. */
export function placeInstance(type: InstanceType, host: PlacementHost, reserved: Reserved, capInstanceTypes: boolean): Placement {
  const size = effectiveSize(type, host);
  if (type.gpuCount > 0 && !host.gpuRuntime)
    return {
      fits: false,
      code: "NoGpu",
      message: `${type.name} needs ${String(type.gpuCount)} GPU, and this host has no GPU runtime.`,
      hint: "Choose an instance type without a GPU.",
    };
  if (size.capped && !capInstanceTypes)
    return {
      fits: false,
      code: "TypeTooLarge",
      message: `${type.name} has ${cores(type.cpuCores)} and ${mib(type.memoryMib)}; the host has ${cores(host.cpuCores)} and ${mib(host.memoryMib)}.`,
      hint: "Choose a smaller instance type, or allow instance types to be capped to the host.",
    };
  const cpuFree = host.cpuCores * host.cpuOvercommit - reserved.cpuCores;
  if (size.cpuCores > cpuFree + 1e-9)
    return {
      fits: false,
      code: "NoCpu",
      message: `${type.name} needs ${cores(size.cpuCores)}; ${cores(Math.max(0, cpuFree))} of ${cores(host.cpuCores * host.cpuOvercommit)} are free.`,
      hint: "Remove or shrink a deployment, choose a smaller instance type, or raise the CPU overcommit.",
    };
  const memoryFree = host.memoryMib * host.memoryOvercommit - reserved.memoryMib;
  if (size.memoryMib > memoryFree + 1e-9)
    return {
      fits: false,
      code: "NoMemory",
      message: `${type.name} needs ${mib(size.memoryMib)} of memory; ${mib(Math.max(0, memoryFree))} of ${mib(host.memoryMib * host.memoryOvercommit)} are free.`,
      hint: "Remove or shrink a deployment, choose a smaller instance type, or raise the memory overcommit.",
    };
  return { fits: true, ...size };
}

/** True for a deployment that lacks nothing but room on the host, so that it should look again as soon as some is given back. */
export const waitsForRoom = (conditions: readonly Condition[]): boolean =>
  ["NoCpu", "NoMemory"].includes(findCondition(conditions, "InstancesAvailable")?.reason ?? "");

/** How many more instances of a type fit, at most `limit`. */
export function countFitting(type: InstanceType, host: PlacementHost, reserved: Reserved, capInstanceTypes: boolean, limit = 1000): number {
  let taken = reserved;
  for (let count = 0; count < limit; count += 1) {
    const placement = placeInstance(type, host, taken, capInstanceTypes);
    if (!placement.fits) return count;
    taken = { cpuCores: taken.cpuCores + placement.cpuCores, memoryMib: taken.memoryMib + placement.memoryMib };
  }
  return limit;
}
