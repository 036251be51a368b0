/** Text for numbers: pure, English, one way everywhere. `null` is "–": not measured, never zero. */
const none = "–";
type Maybe = number | null | undefined;

function isMissing(value: Maybe): value is null | undefined {
  return value === null || value === undefined || !Number.isFinite(value);
}

function trim(value: number, digits: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: digits, minimumFractionDigits: 0 });
}

/** 1234 -> "1,234"; 12345 -> "12.3k"; 1.5 -> "1.5". */
export function formatCount(value: Maybe): string {
  if (isMissing(value)) return none;
  const size = Math.abs(value);
  if (size >= 1e9) return `${trim(value / 1e9, 1)}B`;
  if (size >= 1e6) return `${trim(value / 1e6, 1)}M`;
  if (size >= 1e4) return `${trim(value / 1e3, 1)}k`;
  return trim(value, size < 10 ? 2 : size < 100 ? 1 : 0);
}

/** Milliseconds to "41 ms", "1.24 s", "2 min 3 s". */
export function formatMs(value: Maybe): string {
  if (isMissing(value)) return none;
  if (value < 10) return `${trim(value, 1)} ms`;
  if (value < 1000) return `${trim(value, 0)} ms`;
  if (value < 10_000) return `${trim(value / 1000, 2)} s`;
  return formatDuration(value);
}

/** Milliseconds to a span for reading: "41 s", "3 min 20 s", "2 h 5 min", "4 d 3 h". */
export function formatDuration(value: Maybe): string {
  if (isMissing(value)) return none;
  const seconds = Math.round(value / 1000);
  if (seconds < 1) return "under 1 s";
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** Bytes with binary units: "512 B", "1.5 KiB", "8 MiB". */
export function formatBytes(value: Maybe): string {
  if (isMissing(value)) return none;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let amount = value;
  let unit = 0;
  while (Math.abs(amount) >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${trim(amount, amount < 10 && unit > 0 ? 1 : 0)} ${units[unit] ?? "B"}`;
}

/** A fraction (0 to 1) as percent: 0.0213 -> "2.1 %". Tiny but real shares never read as zero. */
export function formatRate(value: Maybe): string {
  if (isMissing(value)) return none;
  const percent = value * 100;
  if (percent > 0 && percent < 0.1) return "<0.1 %";
  return `${percent === 0 ? "0" : percent >= 99.95 ? trim(percent, 0) : percent.toFixed(1)} %`;
}

/** Percent as typed by people: 89.7 -> "89.7 %". */
export function formatPercent(value: Maybe): string {
  return isMissing(value) ? none : `${trim(value, 1)} %`;
}

/** Money with as many digits as small sums need: "$0.0042", "$1.20". */
export function formatMoney(value: Maybe, currency: string): string {
  if (isMissing(value)) return none;
  const digits = value !== 0 && Math.abs(value) < 0.1 ? 4 : 2;
  return value.toLocaleString("en-US", { style: "currency", currency, minimumFractionDigits: 2, maximumFractionDigits: digits });
}

/** Cores: 0.25 -> "0.25 CPU". */
export function formatCores(value: Maybe): string {
  return isMissing(value) ? none : `${trim(value, 2)} CPU`;
}

/** Mebibytes with binary units. */
export function formatMib(value: Maybe): string {
  return isMissing(value) ? none : formatBytes(value * 1024 * 1024);
}

/** How long ago, or ahead: "just now", "3 min ago", "in 5 d". */
export function formatAgo(atMs: number, nowMs: number): string {
  const distance = Math.abs(nowMs - atMs);
  const seconds = Math.floor(distance / 1000);
  if (seconds < 10) return "just now";
  const steps: readonly (readonly [number, string])[] = [
    [86_400 * 365, "y"],
    [86_400 * 30, "mo"],
    [86_400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  for (const [size, unit] of steps) {
    if (seconds >= size) return atMs > nowMs ? `in ${Math.floor(seconds / size)} ${unit}` : `${Math.floor(seconds / size)} ${unit} ago`;
  }
  return "just now";
}

/** Relative change as text; null when there was nothing to compare with. */
export function formatChange(now: Maybe, before: Maybe): string | null {
  if (isMissing(now) || isMissing(before) || before === 0) return null;
  const change = ((now - before) / before) * 100;
  if (Math.abs(change) < 0.5) return "±0 %";
  return `${change > 0 ? "+" : "−"}${trim(Math.abs(change), Math.abs(change) < 10 ? 1 : 0)} %`;
}

/** "1 instance", "2 instances". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
