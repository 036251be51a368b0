import { err, ok, type Result } from "#server/kernel/result";
import { invalidInput, type SluiceError } from "../errors";
import { limitNames, type EndpointLimits, type LimitName } from "./limits";

/** As other fields of YAML are written: `requests_per_second`. */
const fieldOf = (name: LimitName): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const nameOf = new Map(limitNames.map((name) => [fieldOf(name), name]));

/** Limits as fields of a file; null where there is none, so that a file of them sets them all. */
export const limitsFile = (limits: EndpointLimits): Readonly<Record<string, number | null>> =>
  Object.fromEntries(limitNames.map((name) => [fieldOf(name), limits[name]]));

/** The limits that a file's fields name, or the first field that is none; ranges are judged where the limits are put in force. */
export function readLimitsFile(value: unknown): Result<Partial<EndpointLimits>, SluiceError> {
  const refused = (path: string, message: string) =>
    err(invalidInput("limits.invalid", `${path} ${message}.`, [{ path, message, remedy: `The fields are ${[...nameOf.keys()].join(", ")}.` }]));
  if (typeof value !== "object" || value === null || Array.isArray(value)) return refused("The file", "holds no fields");
  const limits: [LimitName, number | null][] = [];
  for (const [field, limit] of Object.entries(value as Readonly<Record<string, unknown>>)) {
    const name = nameOf.get(field);
    if (name === undefined) return refused(field, "is no limit");
    if (limit !== null && typeof limit !== "number") return refused(field, "is a number, or null for no limit");
    limits.push([name, limit]);
  }
  return ok(Object.fromEntries(limits));
}
