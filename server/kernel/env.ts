import { parseVariables, type Parsed, type Source } from "./env-variables";

export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`Settings are wrong:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
    this.name = "SettingsError";
  }
}

const loopback = /^(127(\.\d{1,3}){3}|localhost|::1|\[::1\])$/;

const together = (vars: Partial<Parsed>, names: readonly (keyof Parsed)[], otherwise: string): string[] => {
  const set = names.filter((name) => typeof vars[name] === "string");
  const missing = names.filter((name) => vars[name] === null);
  return set.length > 0 && missing.length > 0
    ? [`${missing.join(" and ")} must be set with ${set.join(" and ")}: set all of them, or none for ${otherwise}`]
    : [];
};

/** The studio has no TLS of its own, and its cookie must not cross a network without it. */
function studioProblems({ SLUICE_STUDIO_URL: url, SLUICE_STUDIO_HOST: host }: Partial<Parsed>): string[] {
  const address = url === undefined ? null : new URL(url);
  const example = "(example: SLUICE_STUDIO_URL=https://studio.example.com)";
  if (address !== null && `${address.pathname}${address.search}${address.hash}` !== "/")
    return [`SLUICE_STUDIO_URL must be an address without a path, not "${address.href}" ${example}`];
  const listensOutside = host !== undefined && !loopback.test(host);
  const isPlain = address === null ? listensOutside : address.protocol === "http:" && (listensOutside || !loopback.test(address.hostname));
  return isPlain
    ? [`SLUICE_STUDIO_URL must be the https:// address of a TLS proxy before a studio that others reach: plain HTTP is for loopback ${example}`]
    : [];
}

const portNames = ["SLUICE_STUDIO_PORT", "SLUICE_GATEWAY_PORT", "SLUICE_GATEWAY_HTTP_PORT", "SLUICE_POSTGRES_PORT", "SLUICE_CONTROL_PORT", "SLUICE_INGESTER_PORT"] as const; // prettier-ignore

const portProblems = (vars: Partial<Parsed>): string[] =>
  portNames.flatMap((name, index) => {
    const port = vars[name];
    const twin = typeof port === "number" ? portNames.slice(0, index).find((other) => vars[other] === port) : undefined;
    return twin === undefined ? [] : [`${name} must differ from ${twin}, which is ${String(port)} as well (example: ${name}=${String((port ?? 0) + 1)})`];
  });

/** What is wrong with the settings, one sentence each; empty when a start may go on. Rules that bind several variables skip those that are wrong alone. */
export function settingsProblems(source: Source): readonly string[] {
  return read(source).problems;
}

function read(source: Source): { readonly parsed: Partial<Parsed>; readonly problems: readonly string[] } {
  const { parsed, problems } = parseVariables(source);
  const oidc = together(parsed, ["SLUICE_OIDC_ISSUER", "SLUICE_OIDC_CLIENT_ID", "SLUICE_OIDC_CLIENT_SECRET"], "local accounts alone");
  const bucket = together(
    parsed,
    ["SLUICE_ARTIFACT_S3_BUCKET", "SLUICE_ARTIFACT_S3_ACCESS_KEY", "SLUICE_ARTIFACT_S3_SECRET"],
    "artifacts on this machine's disk",
  );
  const tls = together(parsed, ["SLUICE_TLS_CERT_FILE", "SLUICE_TLS_KEY_FILE"], "a local authority");
  return { parsed, problems: [...problems, ...oidc, ...bucket, ...tls, ...studioProblems(parsed), ...portProblems(parsed)] };
}

function readAll(source: Source): Parsed {
  const { parsed, problems } = read(source);
  if (problems.length > 0) throw new SettingsError(problems);
  return parsed as Parsed;
}

/** An address of IPv6 stands in brackets where a port follows. */
const inUrl = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** Settings of one process, in the product's words. Secrets in it are plain strings: never log the object. */
export interface Settings {
  readonly home: string;
  readonly installationId: string;
  readonly databaseUrl: string;
  readonly dockerSocket: string;
  readonly compute: "docker" | "sim";
  readonly studio: { readonly host: string; readonly port: number; readonly url: string };
  readonly gateway: {
    readonly id: string;
    readonly host: string;
    readonly bind: string;
    readonly port: number;
    readonly httpPort: number | null;
    /** Every endpoint is `<name>.<domain>` as well, in lower case. */
    readonly domain: string;
    readonly url: string;
  };
  readonly ports: { readonly controlPlane: number; readonly ingester: number };
  readonly supernet: string;
  /** Gateway and instances go on when the product is stopped. */
  readonly keepServing: boolean;
  readonly masterKey: { readonly hex: string | null; readonly file: string };
  readonly authSecret: string | null;
  readonly oidc: {
    readonly issuer: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly name: string;
    /** People whom the provider knows and we do not become readers. */
    readonly signUp: boolean;
    /** An account here of the provider's verified address becomes that person's. */
    readonly linkByEmail: boolean;
  } | null;
  /** Where blobs lie; null: on this machine's disk. */
  readonly artifactBucket: {
    readonly endpoint: string | null;
    readonly region: string;
    readonly bucket: string;
    readonly prefix: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  } | null;
  readonly imports: {
    /** Folders of this machine that models may be imported from. */
    readonly paths: readonly string[];
    /** Hosts that may be fetched from although they are addresses of this machine. */
    readonly allowedHosts: readonly string[];
    readonly maxBytes: number;
  };
  readonly images: {
    readonly inference: string;
    /** The platform's Python base and the minor version in it. */
    readonly python: string;
    readonly pythonVersion: string;
    /** Bases for other versions. */
    readonly otherPythons: readonly { readonly version: string; readonly image: string }[];
    /** An image with micromamba, or null where conda cannot run. */
    readonly conda: string | null;
    /** An image with Triton's server instead of the CPU runtime that is built here. */
    readonly triton: string | null;
    /** An index with wheels of PyTorch for CPUs; null for Debian's build. */
    readonly torchIndexUrl: string | null;
    readonly initializer: string;
    readonly gateway: string;
  };
  readonly build: {
    readonly concurrency: number;
    readonly timeoutMs: number;
    /** What one build may write, and what must stay free on the engine's disk. */
    readonly diskMib: number;
    readonly freeDiskMib: number;
    readonly extraCaFile: string | null;
    /** Build arguments for package indexes and proxies; empty ones are left out. */
    readonly arguments: Readonly<Record<string, string>>;
  };
  /** Whether mirroring keeps to Azure's rules, see `domain/mirror/rules.ts`. */
  readonly mirrorPolicy: "azure" | "open";
  /** Steps of a deployment's share in percent; Azure's are whole percents. */
  readonly trafficStep: 1 | 0.1;
  /** Longest request timeout of a deployment; Azure's is 180 s. */
  readonly requestTimeoutMaxMs: number;
  /** How often base images are brought up to date; 0 for never. */
  readonly imageRefreshDays: number;
  readonly placement: { readonly cpuOvercommit: number; readonly memoryOvercommit: number; readonly capInstanceTypes: boolean };
  readonly retention: {
    readonly rawDays: number;
    readonly metricDays: number;
    readonly logBytesPerInstance: number;
    /** Events and ended operations. */
    readonly eventDays: number;
    readonly auditDays: number;
    /** Of unused images, the newest of each kind, and the age at which others go. */
    readonly images: number;
    readonly imageDays: number;
  };
  readonly money: { readonly currency: string; readonly networkPricePerGib: number };
  readonly logLevel: "debug" | "info" | "warn" | "error";
  /** Unix sockets below the data folder. */
  readonly sockets: { readonly gatewayApi: string; readonly telemetryQuery: string };
}

function oidcOf(vars: Parsed): Settings["oidc"] {
  if (vars.SLUICE_OIDC_ISSUER === null || vars.SLUICE_OIDC_CLIENT_ID === null || vars.SLUICE_OIDC_CLIENT_SECRET === null) return null;
  return {
    issuer: vars.SLUICE_OIDC_ISSUER,
    clientId: vars.SLUICE_OIDC_CLIENT_ID,
    clientSecret: vars.SLUICE_OIDC_CLIENT_SECRET,
    name: vars.SLUICE_OIDC_NAME,
    signUp: vars.SLUICE_OIDC_SIGN_UP,
    linkByEmail: vars.SLUICE_OIDC_LINK_BY_EMAIL,
  };
}

function artifactBucketOf(vars: Parsed): Settings["artifactBucket"] {
  const { SLUICE_ARTIFACT_S3_BUCKET: bucket, SLUICE_ARTIFACT_S3_ACCESS_KEY: accessKeyId, SLUICE_ARTIFACT_S3_SECRET: secretAccessKey } = vars;
  if (bucket === null || accessKeyId === null || secretAccessKey === null) return null;
  const { SLUICE_ARTIFACT_S3_ENDPOINT: endpoint, SLUICE_ARTIFACT_S3_REGION: region, SLUICE_ARTIFACT_S3_PREFIX: prefix } = vars;
  return { endpoint, region, bucket, prefix, accessKeyId, secretAccessKey };
}

/** Proxies go by the engine's predefined names, which need no ARG line. */
function buildArguments(vars: Parsed): Readonly<Record<string, string>> {
  const { SLUICE_PIP_INDEX_URL, SLUICE_PIP_EXTRA_INDEX_URL, SLUICE_PIP_TRUSTED_HOST, HTTP_PROXY, HTTPS_PROXY, NO_PROXY } = vars;
  const wanted = { SLUICE_PIP_INDEX_URL, SLUICE_PIP_EXTRA_INDEX_URL, SLUICE_PIP_TRUSTED_HOST, HTTP_PROXY, HTTPS_PROXY, NO_PROXY };
  return Object.fromEntries(Object.entries(wanted).flatMap(([name, value]) => (value == null ? [] : [[name, value]])));
}

const buildNames = [
  "SLUICE_PYTHON_VERSION", "SLUICE_PYTHON_IMAGES", "SLUICE_CONDA_IMAGE", "SLUICE_EXTRA_CA_FILE", "SLUICE_PIP_INDEX_URL", "SLUICE_PIP_EXTRA_INDEX_URL",
  "SLUICE_PIP_TRUSTED_HOST", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
] as const; // prettier-ignore

export interface BuildEnvironment {
  /** Minor version in the platform's Python base, and bases for others. */
  readonly pythonVersion: string;
  readonly otherPythons: Settings["images"]["otherPythons"];
  readonly conda: string | null;
  readonly extraCaFile: string | null;
  /** As `Settings.build.arguments`. */
  readonly arguments: Readonly<Record<string, string>>;
}

/**
 * What builds of environments take from the variables, for tools that build without a server; other variables are not looked at. Throws
 * `SettingsError` as `loadSettings` does.
 */
export function loadBuildEnvironment(source: Source = process.env): BuildEnvironment {
  const own = Object.fromEntries(buildNames.flatMap((name) => (source[name] === undefined ? [] : [[name, source[name]]])));
  const { parsed, problems } = parseVariables(own);
  const wrong = problems.filter((problem) => buildNames.some((name) => problem.startsWith(`${name} `)));
  if (wrong.length > 0) throw new SettingsError(wrong);
  const vars = parsed as Parsed;
  return {
    pythonVersion: vars.SLUICE_PYTHON_VERSION,
    otherPythons: vars.SLUICE_PYTHON_IMAGES,
    conda: vars.SLUICE_CONDA_IMAGE,
    extraCaFile: vars.SLUICE_EXTRA_CA_FILE,
    arguments: buildArguments(vars),
  };
}

/**
 * Parses the environment once, at the start of a process; throws `SettingsError` naming every bad variable, its problem and an example.
 * `source` defaults to the process environment, which nothing else reads.
 */
export function loadSettings(source: Source = process.env): Settings {
  const vars = readAll(source);
  const gatewayPort = vars.SLUICE_GATEWAY_PORT === 443 ? "" : `:${String(vars.SLUICE_GATEWAY_PORT)}`;
  return {
    home: vars.SLUICE_HOME,
    installationId: vars.SLUICE_ID,
    databaseUrl: vars.DATABASE_URL,
    dockerSocket: vars.DOCKER_SOCKET,
    compute: vars.SLUICE_COMPUTE,
    studio: {
      host: vars.SLUICE_STUDIO_HOST,
      port: vars.SLUICE_STUDIO_PORT,
      url: vars.SLUICE_STUDIO_URL?.replace(/\/$/, "") ?? `http://${inUrl(vars.SLUICE_STUDIO_HOST)}:${String(vars.SLUICE_STUDIO_PORT)}`,
    },
    gateway: {
      id: vars.SLUICE_GATEWAY_ID,
      host: vars.SLUICE_GATEWAY_HOST,
      bind: vars.SLUICE_GATEWAY_BIND,
      port: vars.SLUICE_GATEWAY_PORT,
      httpPort: vars.SLUICE_GATEWAY_HTTP_PORT,
      domain: vars.SLUICE_GATEWAY_DOMAIN.toLowerCase(),
      url: `https://${inUrl(vars.SLUICE_GATEWAY_HOST)}${gatewayPort}`,
    },
    ports: { controlPlane: vars.SLUICE_CONTROL_PORT, ingester: vars.SLUICE_INGESTER_PORT },
    supernet: vars.SLUICE_SUPERNET,
    keepServing: vars.SLUICE_KEEP_SERVING,
    masterKey: { hex: vars.SLUICE_MASTER_KEY, file: vars.SLUICE_MASTER_KEY_FILE ?? `${vars.SLUICE_HOME}/secrets/master.key` },
    authSecret: vars.SLUICE_AUTH_SECRET,
    oidc: oidcOf(vars),
    artifactBucket: artifactBucketOf(vars),
    imports: {
      paths: vars.SLUICE_IMPORT_PATHS,
      allowedHosts: vars.SLUICE_IMPORT_ALLOWED_HOSTS,
      maxBytes: Math.floor(vars.SLUICE_IMPORT_MAX_GIB * 1024 ** 3),
    },
    images: {
      inference: vars.SLUICE_INFERENCE_IMAGE,
      python: vars.SLUICE_PYTHON_IMAGE_REF,
      pythonVersion: vars.SLUICE_PYTHON_VERSION,
      otherPythons: vars.SLUICE_PYTHON_IMAGES,
      conda: vars.SLUICE_CONDA_IMAGE,
      triton: vars.SLUICE_TRITON_IMAGE,
      torchIndexUrl: vars.SLUICE_TORCH_INDEX_URL ?? null,
      initializer: vars.SLUICE_INITIALIZER_IMAGE,
      gateway: vars.SLUICE_GATEWAY_IMAGE_REF,
    },
    build: {
      concurrency: vars.SLUICE_BUILD_CONCURRENCY,
      timeoutMs: vars.SLUICE_BUILD_TIMEOUT_MINUTES * 60_000,
      diskMib: Math.floor(vars.SLUICE_BUILD_DISK_GIB * 1024),
      freeDiskMib: Math.floor(vars.SLUICE_BUILD_FREE_DISK_GIB * 1024),
      extraCaFile: vars.SLUICE_EXTRA_CA_FILE,
      arguments: buildArguments(vars),
    },
    mirrorPolicy: vars.SLUICE_MIRROR_POLICY,
    trafficStep: vars.SLUICE_TRAFFIC_STEP === "1" ? 1 : 0.1,
    requestTimeoutMaxMs: vars.SLUICE_REQUEST_TIMEOUT_MAX_SECONDS * 1000,
    imageRefreshDays: vars.SLUICE_IMAGE_REFRESH_DAYS,
    placement: { cpuOvercommit: vars.SLUICE_CPU_OVERCOMMIT, memoryOvercommit: vars.SLUICE_MEMORY_OVERCOMMIT, capInstanceTypes: vars.SLUICE_CAP_INSTANCE_TYPES },
    retention: {
      rawDays: vars.SLUICE_RETENTION_RAW_DAYS,
      metricDays: vars.SLUICE_RETENTION_METRIC_DAYS,
      logBytesPerInstance: vars.SLUICE_LOG_MIB_PER_INSTANCE * 1024 * 1024,
      eventDays: vars.SLUICE_RETENTION_EVENT_DAYS,
      auditDays: vars.SLUICE_RETENTION_AUDIT_DAYS,
      images: vars.SLUICE_IMAGES_KEPT,
      imageDays: vars.SLUICE_IMAGES_KEPT_DAYS,
    },
    money: { currency: vars.SLUICE_CURRENCY, networkPricePerGib: vars.SLUICE_NETWORK_PRICE_PER_GIB },
    logLevel: vars.SLUICE_LOG_LEVEL,
    sockets: { gatewayApi: `${vars.SLUICE_HOME}/run/gateway/api.sock`, telemetryQuery: `${vars.SLUICE_HOME}/run/telemetry-query.sock` },
  };
}

/** The environment of a test run, set by the test runner; null where a layer's counterpart is not there. */
export function loadTestEnvironment(source: Readonly<Record<string, string | undefined>> = process.env): {
  readonly databaseUrl: string | null;
  readonly dockerSocket: string;
  readonly haproxy: string | null;
  /** SeaweedFS, the S3 server of tests. */
  readonly weed: string | null;
  /** Folder with SSLyze, the TLS scanner of tests, as a Python package. */
  readonly sslyze: string | null;
  readonly requireEngines: boolean;
  readonly images: { readonly inference: string; readonly python: string; readonly initializer: string; readonly gateway: string };
  readonly extraCaFile: string | null;
} {
  return {
    databaseUrl: source["SLUICE_TEST_DATABASE_URL"] ?? null,
    dockerSocket: source["SLUICE_TEST_DOCKER"] ?? "/var/run/docker.sock",
    haproxy: source["SLUICE_TEST_HAPROXY"] ?? null,
    weed: source["SLUICE_TEST_WEED"] ?? null,
    sslyze: source["SLUICE_TEST_SSLYZE"] ?? null,
    requireEngines: source["REQUIRE_ENGINES"] === "1" || source["CI"] === "true",
    images: {
      inference: source["SLUICE_INFERENCE_IMAGE"] ?? "",
      python: source["SLUICE_PYTHON_IMAGE_REF"] ?? "",
      initializer: source["SLUICE_INITIALIZER_IMAGE"] ?? "",
      gateway: source["SLUICE_GATEWAY_IMAGE_REF"] ?? "",
    },
    extraCaFile: source["SLUICE_EXTRA_CA_FILE"] ?? source["NODE_EXTRA_CA_CERTS"] ?? null,
  };
}

/** The data folder of the gateway container; everything else its agent needs lies in there. */
export function loadGatewayDirectory(source: Readonly<Record<string, string | undefined>> = process.env): string {
  return source["SLUICE_GATEWAY_DIR"] ?? "/var/lib/sluice-gateway";
}
