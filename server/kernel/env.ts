import { z } from "zod";

const port = z.coerce.number().int().min(1, "a port is 1 to 65535").max(65_535, "a port is 1 to 65535");
const flag = z.enum(["0", "1"], "must be 0 or 1").transform((value) => value === "1");
const optionalText = z
  .string()
  .optional()
  .transform((value) => (value === undefined || value === "" ? null : value));

/** `3.12=image 3.10=image`, separated by spaces or commas: bases for other versions of Python. */
const pythonImages = z
  .string()
  .default("")
  .refine((value) => value.split(/[\s,]+/).every((entry) => entry === "" || /^3\.\d{1,2}=\S+$/.test(entry)), "entries are version=image")
  .transform((value) =>
    value.split(/[\s,]+/).flatMap((entry) => {
      const at = entry.indexOf("=");
      return at < 0 ? [] : [{ version: entry.slice(0, at), image: entry.slice(at + 1) }];
    }),
  );

/** Every setting with its rule and default; the example is shown when the value is refused. */
const variables = {
  SLUICE_HOME: { schema: z.string().startsWith("/", "must be an absolute path"), example: "/var/lib/sluice/main" },
  SLUICE_ID: { schema: z.string().regex(/^[a-z0-9]{4,12}$/, "4 to 12 lower-case letters and digits"), example: "a1b2c3" },
  DATABASE_URL: { schema: z.string().regex(/^postgres(ql)?:\/\//, "must be a postgresql:// address"), example: "postgresql://sluice@127.0.0.1:5433/sluice" },
  DOCKER_SOCKET: { schema: z.string().startsWith("/", "must be the path of a unix socket").default("/var/run/docker.sock"), example: "/var/run/docker.sock" },
  SLUICE_COMPUTE: { schema: z.enum(["docker", "sim"]).default("docker"), example: "docker" },
  SLUICE_STUDIO_HOST: { schema: z.string().min(1).default("127.0.0.1"), example: "127.0.0.1" },
  SLUICE_STUDIO_PORT: { schema: port.default(3000), example: "3000" },
  SLUICE_STUDIO_URL: { schema: z.url().optional(), example: "https://studio.example.com" },
  SLUICE_GATEWAY_HOST: { schema: z.string().min(1).default("localhost"), example: "inference.example.com" },
  SLUICE_GATEWAY_BIND: { schema: z.string().min(1).default("0.0.0.0"), example: "0.0.0.0" },
  SLUICE_GATEWAY_PORT: { schema: port.default(8443), example: "8443" },
  SLUICE_GATEWAY_HTTP_PORT: { schema: z.union([z.literal("").transform(() => null), port]).default(null), example: "8080" },
  SLUICE_GATEWAY_ID: { schema: z.string().default("gw_local"), example: "gw_local" },
  SLUICE_TLS_CERT_FILE: { schema: optionalText, example: "/etc/ssl/inference.pem" },
  SLUICE_TLS_KEY_FILE: { schema: optionalText, example: "/etc/ssl/inference.key" },
  SLUICE_CONTROL_PORT: { schema: port.default(3901), example: "3901" },
  SLUICE_INGESTER_PORT: { schema: port.default(3902), example: "3902" },
  SLUICE_SUPERNET: {
    schema: z
      .string()
      .regex(/^10\.\d{1,3}\.0\.0\/16$/, "a /16 inside 10.0.0.0/8")
      .default("10.213.0.0/16"),
    example: "10.213.0.0/16",
  },
  SLUICE_MASTER_KEY: { schema: optionalText, example: "64 hexadecimal digits" },
  SLUICE_MASTER_KEY_FILE: { schema: optionalText, example: "/etc/sluice/master.key" },
  SLUICE_AUTH_SECRET: { schema: optionalText, example: "at least 32 random characters" },
  SLUICE_OIDC_ISSUER: { schema: z.url().optional(), example: "https://login.example.com/realms/main" },
  SLUICE_OIDC_CLIENT_ID: { schema: optionalText, example: "sluice" },
  SLUICE_OIDC_CLIENT_SECRET: { schema: optionalText, example: "from the provider" },
  SLUICE_OIDC_NAME: { schema: z.string().default("Single sign-on"), example: "Contoso" },
  SLUICE_OIDC_SIGN_UP: { schema: flag.default(true), example: "0" },
  SLUICE_OIDC_LINK_BY_EMAIL: { schema: flag.default(false), example: "1" },
  SLUICE_INFERENCE_IMAGE: { schema: z.string().default(""), example: "sluice/minimal-inference:1" },
  SLUICE_PYTHON_IMAGE_REF: { schema: z.string().default(""), example: "sluice/python-base:1" },
  SLUICE_GATEWAY_IMAGE_REF: { schema: z.string().default(""), example: "sluice/gateway:1" },
  SLUICE_INITIALIZER_IMAGE: { schema: z.string().default(""), example: "sluice/initializer:1" },
  SLUICE_PYTHON_VERSION: {
    schema: z
      .string()
      .regex(/^3\.\d{1,2}$/, "a minor version of Python 3")
      .default("3.11"),
    example: "3.11",
  },
  SLUICE_PYTHON_IMAGES: { schema: pythonImages, example: "3.12=python:3.12-slim-bookworm 3.10=python:3.10-slim-bookworm" },
  SLUICE_CONDA_IMAGE: { schema: optionalText, example: "mambaorg/micromamba:2" },
  SLUICE_TRITON_IMAGE: { schema: optionalText, example: "nvcr.io/nvidia/tritonserver:24.10-py3" },
  SLUICE_EXTRA_CA_FILE: { schema: optionalText, example: "/etc/ssl/certs/corporate.pem" },
  SLUICE_PIP_INDEX_URL: { schema: z.url().optional(), example: "https://packages.example.com/simple" },
  SLUICE_PIP_EXTRA_INDEX_URL: { schema: z.url().optional(), example: "https://packages.example.com/more" },
  SLUICE_PIP_TRUSTED_HOST: { schema: optionalText, example: "packages.example.com" },
  HTTP_PROXY: { schema: optionalText, example: "http://proxy.example.com:3128" },
  HTTPS_PROXY: { schema: optionalText, example: "http://proxy.example.com:3128" },
  NO_PROXY: { schema: optionalText, example: "localhost,.example.com" },
  SLUICE_CPU_OVERCOMMIT: { schema: z.coerce.number().min(1).max(100).default(8), example: "8" },
  SLUICE_MEMORY_OVERCOMMIT: { schema: z.coerce.number().min(0.5).max(10).default(1), example: "1" },
  SLUICE_CAP_INSTANCE_TYPES: { schema: flag.default(true), example: "1" },
  SLUICE_BUILD_CONCURRENCY: { schema: z.coerce.number().int().min(1).max(8).default(1), example: "1" },
  SLUICE_BUILD_TIMEOUT_MINUTES: { schema: z.coerce.number().min(1).max(240).default(30), example: "30" },
  SLUICE_RETENTION_RAW_DAYS: { schema: z.coerce.number().int().min(1).max(3650).default(30), example: "30" },
  SLUICE_RETENTION_METRIC_DAYS: { schema: z.coerce.number().int().min(1).max(3650).default(93), example: "93" },
  SLUICE_RETENTION_EVENT_DAYS: { schema: z.coerce.number().int().min(1).max(3650).default(93), example: "93" },
  SLUICE_RETENTION_AUDIT_DAYS: { schema: z.coerce.number().int().min(1).max(3650).default(400), example: "400" },
  SLUICE_IMAGES_KEPT: { schema: z.coerce.number().int().min(0).max(1000).default(3), example: "3" },
  SLUICE_IMAGES_KEPT_DAYS: { schema: z.coerce.number().min(0).max(3650).default(7), example: "7" },
  SLUICE_LOG_MIB_PER_INSTANCE: { schema: z.coerce.number().int().min(1).max(10_240).default(32), example: "32" },
  SLUICE_CURRENCY: {
    schema: z
      .string()
      .regex(/^[A-Z]{3}$/, "three capital letters")
      .default("USD"),
    example: "EUR",
  },
  SLUICE_NETWORK_PRICE_PER_GIB: { schema: z.coerce.number().min(0).default(0.01), example: "0.01" },
  SLUICE_LOG_LEVEL: { schema: z.enum(["debug", "info", "warn", "error"]).default("info"), example: "info" },
} as const;

type Variables = typeof variables;
type Parsed = { readonly [K in keyof Variables]: z.output<Variables[K]["schema"]> };

export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`Settings are wrong:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
    this.name = "SettingsError";
  }
}

function parseVariables(source: Readonly<Record<string, string | undefined>>): Parsed {
  const problems: string[] = [];
  const parsed: Record<string, unknown> = {};
  for (const [name, { schema, example }] of Object.entries(variables)) {
    const outcome = (schema as z.ZodType).safeParse(source[name] === "" ? undefined : source[name]);
    if (outcome.success) parsed[name] = outcome.data;
    else problems.push(`${name}: ${outcome.error.issues.map((issue) => issue.message).join("; ")} (example: ${name}=${example})`);
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return parsed as Parsed;
}

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
    readonly url: string;
  };
  readonly ports: { readonly controlPlane: number; readonly ingester: number };
  readonly supernet: string;
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
    readonly initializer: string;
    readonly gateway: string;
  };
  readonly build: {
    readonly concurrency: number;
    readonly timeoutMs: number;
    readonly extraCaFile: string | null;
    /** Build arguments for package indexes and proxies; empty ones are left out. */
    readonly arguments: Readonly<Record<string, string>>;
  };
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
  if (vars.SLUICE_OIDC_ISSUER === undefined) return null;
  if (vars.SLUICE_OIDC_CLIENT_ID === null || vars.SLUICE_OIDC_CLIENT_SECRET === null)
    throw new SettingsError(["SLUICE_OIDC_ISSUER needs SLUICE_OIDC_CLIENT_ID and SLUICE_OIDC_CLIENT_SECRET as well"]);
  return {
    issuer: vars.SLUICE_OIDC_ISSUER,
    clientId: vars.SLUICE_OIDC_CLIENT_ID,
    clientSecret: vars.SLUICE_OIDC_CLIENT_SECRET,
    name: vars.SLUICE_OIDC_NAME,
    signUp: vars.SLUICE_OIDC_SIGN_UP,
    linkByEmail: vars.SLUICE_OIDC_LINK_BY_EMAIL,
  };
}

/** Proxies go by the engine's predefined names, which need no ARG line. */
function buildArguments(vars: Parsed): Readonly<Record<string, string>> {
  const { SLUICE_PIP_INDEX_URL, SLUICE_PIP_EXTRA_INDEX_URL, SLUICE_PIP_TRUSTED_HOST, HTTP_PROXY, HTTPS_PROXY, NO_PROXY } = vars;
  const wanted = { SLUICE_PIP_INDEX_URL, SLUICE_PIP_EXTRA_INDEX_URL, SLUICE_PIP_TRUSTED_HOST, HTTP_PROXY, HTTPS_PROXY, NO_PROXY };
  return Object.fromEntries(Object.entries(wanted).flatMap(([name, value]) => (value == null ? [] : [[name, value]])));
}

/**
 * Parses the environment once, at the start of a process; throws `SettingsError` naming every bad variable, its problem and an example.
 * `source` defaults to the process environment, which nothing else reads.
 */
export function loadSettings(source: Readonly<Record<string, string | undefined>> = process.env): Settings {
  const vars = parseVariables(source);
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
      url: vars.SLUICE_STUDIO_URL ?? `http://${vars.SLUICE_STUDIO_HOST}:${String(vars.SLUICE_STUDIO_PORT)}`,
    },
    gateway: {
      id: vars.SLUICE_GATEWAY_ID,
      host: vars.SLUICE_GATEWAY_HOST,
      bind: vars.SLUICE_GATEWAY_BIND,
      port: vars.SLUICE_GATEWAY_PORT,
      httpPort: vars.SLUICE_GATEWAY_HTTP_PORT,
      url: `https://${vars.SLUICE_GATEWAY_HOST}${gatewayPort}`,
    },
    ports: { controlPlane: vars.SLUICE_CONTROL_PORT, ingester: vars.SLUICE_INGESTER_PORT },
    supernet: vars.SLUICE_SUPERNET,
    masterKey: { hex: vars.SLUICE_MASTER_KEY, file: vars.SLUICE_MASTER_KEY_FILE ?? `${vars.SLUICE_HOME}/secrets/master.key` },
    authSecret: vars.SLUICE_AUTH_SECRET,
    oidc: oidcOf(vars),
    images: {
      inference: vars.SLUICE_INFERENCE_IMAGE,
      python: vars.SLUICE_PYTHON_IMAGE_REF,
      pythonVersion: vars.SLUICE_PYTHON_VERSION,
      otherPythons: vars.SLUICE_PYTHON_IMAGES,
      conda: vars.SLUICE_CONDA_IMAGE,
      triton: vars.SLUICE_TRITON_IMAGE,
      initializer: vars.SLUICE_INITIALIZER_IMAGE,
      gateway: vars.SLUICE_GATEWAY_IMAGE_REF,
    },
    build: {
      concurrency: vars.SLUICE_BUILD_CONCURRENCY,
      timeoutMs: vars.SLUICE_BUILD_TIMEOUT_MINUTES * 60_000,
      extraCaFile: vars.SLUICE_EXTRA_CA_FILE,
      arguments: buildArguments(vars),
    },
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
  readonly requireEngines: boolean;
  readonly images: { readonly inference: string; readonly python: string; readonly initializer: string; readonly gateway: string };
  readonly extraCaFile: string | null;
} {
  return {
    databaseUrl: source["SLUICE_TEST_DATABASE_URL"] ?? null,
    dockerSocket: source["SLUICE_TEST_DOCKER"] ?? "/var/run/docker.sock",
    haproxy: source["SLUICE_TEST_HAPROXY"] ?? null,
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
