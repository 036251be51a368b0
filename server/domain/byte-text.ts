const units = ["KiB", "MiB", "GiB", "TiB"] as const;

/** A size for people, such as `12.3 MiB`. */
export function byteText(bytes: number): string {
  if (bytes < 1024) return `${String(bytes)} bytes`;
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(1)} ${units[unit] ?? ""}`;
}
