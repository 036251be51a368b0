import type { PreparedChart } from "./series";

/** A cell as RFC 4180 wants it; a leading formula character is defused, since these files are opened in spreadsheets. */
function csvCell(value: string | number | null): string {
  if (value === null) return "";
  const text = typeof value === "number" ? String(value) : /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const toCsv = (header: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string =>
  [header, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";

/** The chart's own data: UTC time, then one column per line; silence is an empty cell. */
export function chartCsv(chart: PreparedChart, unit: string): string {
  const header = ["time", ...chart.lines.map((line) => (unit === "" ? line.label : `${line.label} (${unit})`))];
  return toCsv(
    header,
    chart.rows.map((row) => [new Date(row.at).toISOString(), ...chart.lines.map((line) => row.values[line.id] ?? null)]),
  );
}

/** Newest first and without the buckets in which nothing was measured, which would bury the rest. */
export const tableRows = (chart: PreparedChart): PreparedChart["rows"] =>
  chart.rows.filter((row) => Object.values(row.values).some((value) => value !== null)).toReversed();
