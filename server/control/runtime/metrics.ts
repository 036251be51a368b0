/** Upper bounds of pass durations, in milliseconds. */
const buckets = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000] as const;

interface Durations {
  readonly counts: number[];
  sum: number;
  total: number;
}

/** Counters and pass durations of the loops, kept in memory and shown as Prometheus text. */
export class LoopMetrics {
  private readonly counters = new Map<string, number>();
  private readonly durations = new Map<string, Durations>();
  private readonly gauges = new Map<string, () => number>();

  /** Adds to a counter; labels are part of its identity. */
  count(name: string, labels: Readonly<Record<string, string>> = {}, by = 1): void {
    const key = series(name, labels);
    this.counters.set(key, (this.counters.get(key) ?? 0) + by);
  }

  read(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.counters.get(series(name, labels)) ?? 0;
  }

  observe(loop: string, durationMs: number): void {
    let entry = this.durations.get(loop);
    if (entry === undefined) this.durations.set(loop, (entry = { counts: buckets.map(() => 0), sum: 0, total: 0 }));
    for (const [index, bound] of buckets.entries()) if (durationMs <= bound) entry.counts[index] = (entry.counts[index] ?? 0) + 1;
    entry.sum += durationMs;
    entry.total += 1;
  }

  gauge(name: string, labels: Readonly<Record<string, string>>, read: () => number): void {
    this.gauges.set(series(name, labels), read);
  }

  /** Prometheus text exposition, one metric family after another. */
  render(): string {
    const lines = [...this.counters].map(([key, value]) => `${key} ${String(value)}`);
    for (const [key, read] of this.gauges) lines.push(`${key} ${String(read())}`);
    for (const [loop, entry] of this.durations) {
      for (const [index, bound] of buckets.entries())
        lines.push(`sluice_pass_duration_ms_bucket{loop="${loop}",le="${String(bound)}"} ${String(entry.counts[index] ?? 0)}`);
      lines.push(`sluice_pass_duration_ms_bucket{loop="${loop}",le="+Inf"} ${String(entry.total)}`);
      lines.push(`sluice_pass_duration_ms_sum{loop="${loop}"} ${String(entry.sum)}`, `sluice_pass_duration_ms_count{loop="${loop}"} ${String(entry.total)}`);
    }
    return `${lines.sort().join("\n")}\n`;
  }
}

function series(name: string, labels: Readonly<Record<string, string>>): string {
  const inner = Object.entries(labels).map(([label, value]) => `${label}="${value.replaceAll(/["\\\n]/g, "_")}"`);
  return inner.length === 0 ? name : `${name}{${inner.join(",")}}`;
}
