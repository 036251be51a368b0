import type { ContainerStats } from "dockerode";
import type { StatsSample } from "../compute-driver";

/** What of the page cache the kernel could drop at once; the key tells the control-group version. */
function reclaimable(stats: Readonly<Record<string, number>>): number {
  return stats["total_inactive_file"] ?? stats["inactive_file"] ?? 0;
}

/** One sample from two readings of the same container; null when the later one is empty, as it is after the container's end. */
export function statsSample(previous: ContainerStats, current: ContainerStats): StatsSample | null {
  const usage = (current.memory_stats as { usage?: number }).usage;
  if (usage === undefined) return null;
  const at = Date.parse(current.read);
  const elapsedMs = at - Date.parse(previous.read);
  const cpuNanos = current.cpu_stats.cpu_usage.total_usage - previous.cpu_stats.cpu_usage.total_usage;
  // Absent once the container has no network any more, whatever the package's types say.
  const networks = Object.values((current.networks as ContainerStats["networks"] | undefined) ?? {});
  return {
    at,
    cpuCores: elapsedMs > 0 ? Math.max(0, cpuNanos / (elapsedMs * 1e6)) : 0,
    memoryBytes: Math.max(0, usage - reclaimable(current.memory_stats.stats)),
    memoryLimitBytes: current.memory_stats.limit,
    networkRxBytes: networks.reduce((sum, network) => sum + network.rx_bytes, 0),
    networkTxBytes: networks.reduce((sum, network) => sum + network.tx_bytes, 0),
  };
}
