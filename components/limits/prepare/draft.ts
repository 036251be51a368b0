import { z } from "zod";
import {
  judgeLimits,
  limitNames,
  limitPresets,
  noLimits,
  presetOf,
  type EndpointLimits,
  type LimitName,
  type LimitPreset,
} from "#server/domain/endpoint/limits";

/** A limit as the form shows it. */
interface LimitField {
  readonly label: string;
  readonly hint: string;
  /** What people type, and how many of the limit's own units that is. */
  readonly unit: string;
  readonly factor: number;
}

export const limitFields: Readonly<Record<LimitName, LimitField>> = {
  requestsPerSecond: { label: "Requests", hint: "Refused beyond it with 429", unit: "a second", factor: 1 },
  connections: { label: "Connections with a call", hint: "At once; with HTTP/2 each call counts", unit: "at once", factor: 1 },
  newConnectionsPerSecond: { label: "New connections", hint: "Counted at a connection's first call", unit: "a second", factor: 1 },
  bandwidthBytesPerSecond: { label: "Bandwidth", hint: "Each way; beyond it bodies are delayed", unit: "MB a second", factor: 1_000_000 },
  bodyBytes: { label: "Body", hint: "Larger ones are 413", unit: "KiB", factor: 1024 },
  uriBytes: { label: "Path and query", hint: "Longer ones are 414; at most 15,360", unit: "bytes", factor: 1 },
  headerBytes: { label: "Headers", hint: "Larger ones are 431; at most 15,360", unit: "bytes", factor: 1 },
  slowCallerMs: { label: "Silence of a caller", hint: "While it sends or takes a body; then 408", unit: "ms", factor: 1 },
  idleStreamMs: { label: "Silence of a stream", hint: "Both sides of a WebSocket; then it ends", unit: "ms", factor: 1 },
};

/** What stands in the fields; the empty text is no limit. */
export type LimitsDraft = Record<LimitName, string>;

const shown = (name: LimitName, limits: EndpointLimits): string => {
  const value = limits[name];
  return value === null ? "" : String(value / limitFields[name].factor);
};

/** What was typed, and the limits that it was typed over. */
export interface LimitsEdit {
  readonly draft: LimitsDraft;
  readonly base: EndpointLimits;
}

const keptEdit = z.object({ draft: z.record(z.enum(limitNames), z.string()), base: z.record(z.enum(limitNames), z.number().nullable()) });

/** An edit as a tab kept it; null for none, or one that an older studio wrote. */
export function readEdit(stored: string | null): LimitsEdit | null {
  if (stored === null) return null;
  try {
    const parsed = keptEdit.safeParse(JSON.parse(stored));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export const draftOf = (limits: EndpointLimits): LimitsDraft => Object.fromEntries(limitNames.map((name) => [name, shown(name, limits)])) as LimitsDraft;

/** What the fields say; what is no number becomes one that no range takes. */
export function limitsOf(draft: LimitsDraft): EndpointLimits {
  const valueOf = (name: LimitName): number | null => {
    const text = draft[name].trim();
    return text === "" ? null : Math.round(Number(text) * limitFields[name].factor * 1000) / 1000;
  };
  return { ...noLimits, ...Object.fromEntries(limitNames.map((name) => [name, valueOf(name)])) };
}

/** Why fields would be refused, by name. */
export function problemsOf(draft: LimitsDraft): Partial<Record<LimitName, string>> {
  const judged = judgeLimits(limitsOf(draft));
  if (judged.ok) return {};
  const own = (name: LimitName) => judged.error.fields.find(({ path }) => path === `limits.${name}`);
  return Object.fromEntries(
    limitNames.flatMap((name) => {
      const problem = own(name);
      return problem === undefined ? [] : [[name, `${limitFields[name].label} ${problem.message}.`]];
    }),
  );
}

/** Which of the choices the fields stand for. */
export const choiceOf = (draft: LimitsDraft): LimitPreset | "own" => presetOf(limitsOf(draft)) ?? "own";
export const draftOfPreset = (preset: LimitPreset): LimitsDraft => draftOf(limitPresets[preset]);
