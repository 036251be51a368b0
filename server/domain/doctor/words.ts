import type { DoctorCheck, DoctorCheckName, Measurement, Verdict } from "./types";

export const mibBytes = 1024 * 1024;
/** Whole MiB, or KiB where that would be none or one. */
export const mib = (bytes: number): string => (bytes < 2 * mibBytes ? `${String(Math.ceil(bytes / 1024))} KiB` : `${String(Math.round(bytes / mibBytes))} MiB`);
export const seconds = (ms: number): string => (ms < 1000 ? `${String(Math.round(ms))} ms` : `${String(Math.round(ms / 100) / 10)} s`);

interface Rest {
  readonly fix?: string | null;
  readonly measurements?: readonly Measurement[];
  readonly lines?: readonly string[];
}

export const check = (name: DoctorCheckName, verdict: Verdict | null, message: string, rest: Rest = {}): DoctorCheck => ({
  name,
  verdict,
  message,
  fix: rest.fix ?? null,
  measurements: rest.measurements ?? [],
  lines: rest.lines ?? [],
});
