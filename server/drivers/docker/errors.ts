import { DriverError, type DriverErrorKind } from "../compute-driver";

interface EngineFailure {
  readonly statusCode?: number;
  readonly code?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly json?: { readonly message?: string };
}

/** Errors of the socket itself: the engine is away or the network between us broke. */
const unreachableCodes = new Set([
  "ECONNREFUSED",
  "ENOENT",
  "ECONNRESET",
  "EPIPE",
  "EACCES",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ERR_STREAM_PREMATURE_CLOSE",
  "UND_ERR_SOCKET",
]);
const timeoutCodes = new Set(["ETIMEDOUT", "ESOCKETTIMEDOUT"]);

/**
 * The engine answers many different failures with one status, so its text decides. Order matters: the first match wins.
 * This table is the only place of the product that reads engine texts.
 */
const byText: readonly (readonly [RegExp, DriverErrorKind])[] = [
  [/no such host|connection refused|i\/o timeout|Client\.Timeout|TLS handshake|no route to host|network is unreachable|server misbehaving/i, "unreachable"],
  [/pull access denied|unauthorized|no basic auth credentials|authentication required|denied: /i, "image_denied"],
  [/no such image|manifest unknown|manifest for .* not found|repository .* not found|name unknown|failed to resolve reference/i, "image_missing"],
  [/could not select device driver|unknown runtime specified/i, "resources_exhausted"],
  [
    /range of CPUs is from|no space left on device|cannot allocate memory|address already in use|pool overlaps|non-overlapping IPv4 address pool|no available IPv4 addresses/i,
    "resources_exhausted",
  ],
  [/(is|are) already in use by container|already exists/i, "already_exists"],
  [
    /invalid reference format|invalid mount|invalid environment variable|no configured subnet|user specified IP address|minimum memory limit|invalid IP|executable file not found|no such file or directory/i,
    "invalid_config",
  ],
];

const byStatus: Readonly<Record<number, DriverErrorKind>> = { 400: "invalid_config", 401: "image_denied", 404: "not_found", 409: "already_exists" };

function kindOf(failure: EngineFailure, text: string): DriverErrorKind {
  if (failure.code !== undefined && unreachableCodes.has(failure.code)) return "unreachable";
  if (failure.code !== undefined && timeoutCodes.has(failure.code)) return "timeout";
  const known = byText.find(([pattern]) => pattern.test(text));
  if (known !== undefined) return known[1];
  return byStatus[failure.statusCode ?? 0] ?? "internal";
}

/** Turns whatever the engine's client threw into a `DriverError`; `what` says which verb failed. */
export function driverErrorOf(error: unknown, what: string): DriverError {
  if (error instanceof DriverError) return error;
  const failure = (typeof error === "object" && error !== null ? error : {}) as EngineFailure;
  const text = failure.json?.message ?? failure.message ?? String(error);
  return new DriverError(kindOf(failure, text), `${what}: ${text}`, { cause: error });
}

/** The same for an error event inside a stream that the engine began with status 200. */
export const driverErrorOfText = (text: string, what: string): DriverError => new DriverError(kindOf({}, text), `${what}: ${text}`);

/** Whether the engine says that a thing is not there. */
export const isGone = (error: unknown): boolean => (error as EngineFailure | null)?.statusCode === 404;
/** Whether the engine says that a thing is already so (304), or is in the middle of it. */
export const isAlready = (error: unknown): boolean => (error as EngineFailure | null)?.statusCode === 304;
export const isConflict = (error: unknown): boolean => (error as EngineFailure | null)?.statusCode === 409;
export const isRemovalInProgress = (error: unknown): boolean =>
  isConflict(error) && /removal of container .* is already in progress/i.test((error as EngineFailure).message ?? "");
