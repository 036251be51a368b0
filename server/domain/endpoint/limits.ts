import { err, ok, type Result } from "#server/kernel/result";
import { invalidInput, type FieldError, type SluiceError } from "../errors";

/**
 * What one endpoint may take, over all its deployments and gateways; null means no limit. Calls beyond the rates and counts are refused, bytes beyond the
 * bandwidth are delayed.
 */
export interface EndpointLimits {
  readonly requestsPerSecond: number | null;
  /** Connections with a call under way, and with HTTP/2 calls under way. */
  readonly connections: number | null;
  /** Connections that call the endpoint for the first time. */
  readonly newConnectionsPerSecond: number | null;
  /** Bytes a second, of bodies; either way by itself. */
  readonly bandwidthBytesPerSecond: number | null;
  readonly bodyBytes: number | null;
  /** Path and query, in bytes. */
  readonly uriBytes: number | null;
  /** All headers as they came, in bytes. */
  readonly headerBytes: number | null;
  /** Longest silence in milliseconds of a caller who sends a body or takes an answer. */
  readonly slowCallerMs: number | null;
  /** Longest silence in milliseconds on both sides of an upgraded connection, such as a WebSocket. */
  readonly idleStreamMs: number | null;
}

export const noLimits: EndpointLimits = {
  requestsPerSecond: null,
  connections: null,
  newConnectionsPerSecond: null,
  bandwidthBytesPerSecond: null,
  bodyBytes: null,
  uriBytes: null,
  headerBytes: null,
  slowCallerMs: null,
  idleStreamMs: null,
};

export type LimitName = keyof EndpointLimits;
export const limitNames = Object.keys(noLimits) as LimitName[];

/** Azure's numbers for a managed online endpoint. */
const azure: EndpointLimits = {
  ...noLimits,
  requestsPerSecond: 500,
  connections: 500,
  newConnectionsPerSecond: 500,
  bandwidthBytesPerSecond: 5_000_000,
};

export const limitPresetNames = ["none", "azure"] as const;
export type LimitPreset = (typeof limitPresetNames)[number];
export const limitPresets: Readonly<Record<LimitPreset, EndpointLimits>> = { none: noLimits, azure };

interface LimitRange {
  readonly least: number;
  readonly most: number;
  readonly unit: string;
}

/** Request line and headers share one buffer of the proxy, which leaves this much. */
const mostHeadBytes = 15_360;

/** What each limit may be. The least values leave room for one sensible call. */
export const limitRanges: Readonly<Record<LimitName, LimitRange>> = {
  requestsPerSecond: { least: 1, most: 1_000_000, unit: "requests a second" },
  connections: { least: 1, most: 100_000, unit: "connections" },
  newConnectionsPerSecond: { least: 1, most: 1_000_000, unit: "new connections a second" },
  bandwidthBytesPerSecond: { least: 1000, most: 2_000_000_000, unit: "bytes a second" },
  bodyBytes: { least: 1, most: 2 ** 31 - 1, unit: "bytes" },
  uriBytes: { least: 16, most: mostHeadBytes, unit: "bytes" },
  headerBytes: { least: 256, most: mostHeadBytes, unit: "bytes" },
  slowCallerMs: { least: 100, most: 600_000, unit: "milliseconds" },
  idleStreamMs: { least: 100, most: 3_600_000, unit: "milliseconds" },
};

/** Which preset these limits are; null for limits of one's own. */
export const presetOf = (limits: EndpointLimits): LimitPreset | null => limitPresetNames.find((preset) => sameLimits(limitPresets[preset], limits)) ?? null;

export const sameLimits = (a: EndpointLimits, b: EndpointLimits): boolean => limitNames.every((name) => a[name] === b[name]);

const number = new Intl.NumberFormat("en");

function problemOf(name: LimitName, value: number | null): FieldError | null {
  const { least, most, unit } = limitRanges[name];
  if (value === null || (Number.isInteger(value) && value >= least && value <= most)) return null;
  const range = `${number.format(least)} to ${number.format(most)}`;
  return { path: `limits.${name}`, message: `is a whole number of ${range} ${unit}`, remedy: `Give a number in this range, or null for no limit.` };
}

/** Judges wished limits: the limits, or every refused field with its range and what to do. */
export function judgeLimits(limits: EndpointLimits): Result<EndpointLimits, SluiceError> {
  const problems = limitNames.map((name) => problemOf(name, limits[name])).filter((problem) => problem !== null);
  const [first] = problems;
  if (first === undefined) return ok(limits);
  return err(invalidInput("limits.invalid", `The limits were refused: ${first.path} ${first.message}.`, problems));
}

/** One gateway's part of a limit that all live ones share, at least one; null stays. */
export const shareOfLimit = (limit: number | null, liveGateways: number): number | null =>
  limit === null ? null : Math.max(1, Math.floor(limit / Math.max(1, liveGateways)));
