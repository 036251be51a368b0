import type { ContainerStats } from "dockerode";
import type { StatsSample } from "../compute-driver";

/** What of the page cache the kernel could drop at once; the key tells the control-group version. */
function reclaimable(stats: Readonly<Record<string, number>>): number {
  return stats["total_inactive_file"] ?? stats["inactive_file"] ?? 0;
}

/** Bytes held, less what could be dropped at once; null of an empty reading, as ended containers give it. */
export function memoryInUse(reading: ContainerStats): number | null {
  const usage = (reading.memory_stats as { usage?: number }).usage;
  return usage === undefined ? null : Math.max(0, usage - reclaimable(reading.memory_stats.stats));
}

/** One sample from two readings of the same container; null when the later one is empty, as it is after the container's end. */
export function statsSample(previous: ContainerStats, current: ContainerStats): StatsSample | null {
  const memoryBytes = memoryInUse(current);
  if (memoryBytes === null) return null;
  const at = Date.parse(current.read);
  const elapsedMs = at - Date.parse(previous.read);
  const cpuNanos = current.cpu_stats.cpu_usage.total_usage - previous.cpu_stats.cpu_usage.total_usage;
  // Absent once the container has no network any more, whatever the package's types say.
  const networks = Object.values((current.networks as ContainerStats["networks"] | undefined) ?? {});
  return {
    at,
    cpuCores: elapsedMs > 0 ? Math.max(0, cpuNanos / (elapsedMs * 1e6)) : 0,
    memoryBytes,
    memoryLimitBytes: current.memory_stats.limit,
    networkRxBytes: networks.reduce((sum, network) => sum + network.rx_bytes, 0),
    networkTxBytes: networks.reduce((sum, network) => sum + network.tx_bytes, 0),
  };
}
