import type { StatsSample } from "#server/drivers/compute-driver";
import type { Db } from "../db";
import { minuteMs } from "../paths";

interface Minute {
  readonly instance_id: string;
  readonly deployment_id: string;
  readonly minute: string;
  samples: number;
  cpu_cores_sum: number;
  cpu_cores_max: number;
  cpu_limit_cores: number;
  memory_bytes_sum: number;
  memory_bytes_max: number;
  memory_limit: number;
  network_rx_bytes: number;
  network_tx_bytes: number;
  in_flight_sum: number;
  in_flight_max: number;
}

export interface SampleContext {
  readonly instanceId: string;
  readonly deploymentId: string;
  readonly cpuLimitCores: number;
  readonly inFlight: number;
}

/** Samples added up in memory until `flush` adds them to `resource_minute`. */
export interface ResourceMinutes {
  add(sample: StatsSample, context: SampleContext): void;
  /** Writes what was added since the last flush. On failure everything is kept for the next one. */
  flush(db: Db): Promise<void>;
  /** Forgets the byte counters of an instance that is gone. */
  forget(instanceId: string): void;
}

const sums = ["samples", "cpu_cores_sum", "memory_bytes_sum", "network_rx_bytes", "network_tx_bytes", "in_flight_sum"];
const maxima = ["cpu_cores_max", "memory_bytes_max", "in_flight_max"];
const upsert = `
  INSERT INTO resource_minute AS r (instance_id, deployment_id, minute, samples, cpu_cores_sum, cpu_cores_max, cpu_limit_cores, memory_bytes_sum,
    memory_bytes_max, memory_limit, network_rx_bytes, network_tx_bytes, in_flight_sum, in_flight_max)
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS x(instance_id text, deployment_id text, minute timestamptz, samples int, cpu_cores_sum float8, cpu_cores_max float8,
    cpu_limit_cores float8, memory_bytes_sum float8, memory_bytes_max float8, memory_limit float8, network_rx_bytes bigint, network_tx_bytes bigint,
    in_flight_sum float8, in_flight_max float8)
  ON CONFLICT (instance_id, minute) DO UPDATE SET cpu_limit_cores = EXCLUDED.cpu_limit_cores, memory_limit = EXCLUDED.memory_limit,
    ${sums.map((column) => `${column} = r.${column} + EXCLUDED.${column}`).join(", ")},
    ${maxima.map((column) => `${column} = greatest(r.${column}, EXCLUDED.${column})`).join(", ")}`;

/** Minutes held while the database is away; beyond it the oldest are given up. */
const maxHeld = 20_000;

/** Byte counters grow from the container's start; a smaller value than before means they began again. */
const growth = (now: number, before: number): number => Math.round(now >= before ? now - before : now);

function joined(a: Minute | undefined, b: Minute): Minute {
  if (a === undefined) return b;
  return {
    ...b,
    samples: a.samples + b.samples,
    cpu_cores_sum: a.cpu_cores_sum + b.cpu_cores_sum,
    cpu_cores_max: Math.max(a.cpu_cores_max, b.cpu_cores_max),
    memory_bytes_sum: a.memory_bytes_sum + b.memory_bytes_sum,
    memory_bytes_max: Math.max(a.memory_bytes_max, b.memory_bytes_max),
    network_rx_bytes: a.network_rx_bytes + b.network_rx_bytes,
    network_tx_bytes: a.network_tx_bytes + b.network_tx_bytes,
    in_flight_sum: a.in_flight_sum + b.in_flight_sum,
    in_flight_max: Math.max(a.in_flight_max, b.in_flight_max),
  };
}

/** An empty accumulator. */
export function createResourceMinutes(): ResourceMinutes {
  let held = new Map<string, Minute>();
  const previous = new Map<string, StatsSample>();

  function minuteOf(sample: StatsSample, { instanceId, deploymentId, cpuLimitCores }: SampleContext): Minute {
    const minute = new Date(Math.floor(sample.at / minuteMs) * minuteMs).toISOString();
    const key = `${instanceId}|${minute}`;
    const entry: Minute = held.get(key) ?? {
      instance_id: instanceId,
      deployment_id: deploymentId,
      minute,
      samples: 0,
      cpu_cores_sum: 0,
      cpu_cores_max: 0,
      cpu_limit_cores: cpuLimitCores,
      memory_bytes_sum: 0,
      memory_bytes_max: 0,
      memory_limit: sample.memoryLimitBytes,
      network_rx_bytes: 0,
      network_tx_bytes: 0,
      in_flight_sum: 0,
      in_flight_max: 0,
    };
    held.set(key, entry);
    return entry;
  }

  return {
    forget: (instanceId) => previous.delete(instanceId),
    add: (sample, context) => {
      const entry = minuteOf(sample, context);
      const before = previous.get(context.instanceId);
      previous.set(context.instanceId, sample);
      entry.samples += 1;
      entry.cpu_cores_sum += sample.cpuCores;
      entry.cpu_cores_max = Math.max(entry.cpu_cores_max, sample.cpuCores);
      entry.memory_bytes_sum += sample.memoryBytes;
      entry.memory_bytes_max = Math.max(entry.memory_bytes_max, sample.memoryBytes);
      entry.network_rx_bytes += before === undefined ? 0 : growth(sample.networkRxBytes, before.networkRxBytes);
      entry.network_tx_bytes += before === undefined ? 0 : growth(sample.networkTxBytes, before.networkTxBytes);
      entry.in_flight_sum += context.inFlight;
      entry.in_flight_max = Math.max(entry.in_flight_max, context.inFlight);
    },
    flush: async (db) => {
      if (held.size === 0) return;
      const writing = held;
      held = new Map();
      try {
        await db.query(upsert, [JSON.stringify([...writing.values()])]);
      } catch (error) {
        // Newer samples may have opened the same minute meanwhile, and one statement may meet a row once only.
        for (const [key, minute] of held) writing.set(key, joined(writing.get(key), minute));
        held = new Map([...writing].slice(-maxHeld));
        throw error;
      }
    },
  };
}
