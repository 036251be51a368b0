import type { ConditionInput } from "../condition";

const dayMs = 24 * 3_600_000;
/** Authorities that issue for 90 days have them renewed at 30; what is left at 21 was forgotten. */
export const warnBeforeEndMs = 21 * dayMs;

export interface CertificateEnd {
  readonly name: string;
  /** Unix milliseconds. */
  readonly notAfter: number;
}

export interface CertificateWarning {
  readonly ended: boolean;
  /** Names domain and date, and no count of days, which would change the row daily. */
  readonly sentence: string;
}

export const certificatesHint = "Renew it and put it in the place of this one: sluice domain set <endpoint> <domain> --certificate <file> --key <file>.";

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** What is to be said of certificates that ended or end soon at a time (Unix ms), a sentence each: those that ended first, then by name. */
export function certificateWarnings(ends: readonly CertificateEnd[], nowMs: number): CertificateWarning[] {
  return ends
    .filter(({ notAfter }) => notAfter - nowMs <= warnBeforeEndMs)
    .map(({ name, notAfter }) => ({ name, date: dateOf(notAfter), ended: notAfter <= nowMs }))
    .toSorted((a, b) => Number(b.ended) - Number(a.ended) || (a.name < b.name ? -1 : 1))
    .map(({ name, date, ended }) => ({
      ended,
      sentence: `The certificate of ${name} ${ended ? `ended on ${date}: callers refuse it.` : `ends on ${date}.`}`,
    }));
}

/** One reason and message for warnings; at least one. An endpoint's domains are few (`mostDomains`), so each is named. */
export const certificatesProblem = (warnings: readonly CertificateWarning[]) => ({
  reason: warnings.some(({ ended }) => ended) ? "CertificateEnded" : "CertificateEndsSoon",
  message: warnings.map(({ sentence }) => sentence).join(" "),
  hint: certificatesHint,
});

/**
 * How the certificates of an endpoint's own domains stand at a time (Unix ms); null for an endpoint without domains.
 * Never a part of `Ready`: calls are answered, and callers judge the certificate.
 */
export function certificatesCondition(ends: readonly CertificateEnd[], observedGeneration: number, nowMs: number): ConditionInput | null {
  const [first] = ends.toSorted((a, b) => a.notAfter - b.notAfter);
  if (first === undefined) return null;
  const base = { type: "CertificatesValid", observedGeneration } as const;
  const warnings = certificateWarnings(ends, nowMs);
  if (warnings.length > 0) return { ...base, status: "False", ...certificatesProblem(warnings) };
  const message = `The first certificate to end is that of ${first.name}, on ${dateOf(first.notAfter)}.`;
  return { ...base, status: "True", reason: "CertificatesValid", message };
}
