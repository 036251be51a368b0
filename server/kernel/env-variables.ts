import { z } from "zod";

const whole = (min: number, max: number) => {
  const rule = `must be a whole number from ${String(min)} to ${String(max)}`;
  return z.coerce.number(rule).int(rule).min(min, rule).max(max, rule);
};
const amount = (min: number, max: number) => {
  const rule = `must be a number from ${String(min)} to ${String(max)}`;
  return z.coerce.number(rule).min(min, rule).max(max, rule);
};
const port = whole(1, 65_535);
const flag = z.enum(["0", "1"], "must be 0 or 1").transform((value) => value === "1");
const words = (rule: RegExp, problem: string) => z.string().regex(rule, problem);
const orNull = <T extends z.ZodType>(schema: T) => schema.optional().transform((value) => value ?? null);
const file = orNull(words(/^\//, "must be an absolute path"));
const url = (protocol: RegExp, problem: string) => z.url({ protocol, error: problem });
const index = url(/^https?$/, "must be an http:// or https:// address").refine(
  (value) => !/[\s"'\\]|%(?:20|0[9ad]|22|27|5c)/i.test(/\/\/([^/?#]*)@/.exec(value)?.[1] ?? ""),
  "must have no space, quote or backslash in its user and password",
);
/** Written into Dockerfiles that people see. */
const openIndex = url(/^https?$/, "must be an http:// or https:// address").refine(
  (value) => !/\/\/[^/?#]*@/.test(value),
  "must have no user and password (SLUICE_PIP_EXTRA_INDEX_URL with the same host may)",
);
const image = orNull(words(/^[a-z0-9][\w.-]*(:\d+)?(\/[\w.-]+)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/, "must be the name of an image"));
const hostName = words(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$|^[0-9a-fA-F:]+$/, "must be a host name or an address, without scheme or port");
// Two parts at least: no caller takes a certificate for every name below a single one.
const domain = words(
  /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$/,
  "must be a domain name of two parts or more, without scheme, port or star",
);
const address = words(/^\d{1,3}(\.\d{1,3}){3}$|^[0-9a-fA-F:]+$/, "must be an IP address of this machine");

/** `3.12=image 3.10=image`, separated by spaces or commas: bases for other versions of Python. */
const entriesOf = (value: string): readonly string[] => value.split(/[\s,]+/).filter((entry) => entry !== "");
const listOf = (value: string): readonly string[] =>
  value
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
const pythonImages = z
  .string()
  .default("")
  .refine((value) => entriesOf(value).every((entry) => /^3\.\d{1,2}=\S+$/.test(entry)), "must be entries of the form version=image")
  .transform((value) => entriesOf(value).map((entry) => ({ version: entry.slice(0, entry.indexOf("=")), image: entry.slice(entry.indexOf("=") + 1) })));

/** Every setting with its rule and default; the example is shown when the value is refused. An empty value counts as none. */
export const variables = {
  SLUICE_HOME: { schema: words(/^\//, "must be an absolute path"), example: "/var/lib/sluice/main" },
  SLUICE_ID: { schema: words(/^[a-z0-9]{4,12}$/, "must be 4 to 12 lower-case letters and digits"), example: "a1b2c3" },
  DATABASE_URL: { schema: words(/^postgres(ql)?:\/\/[^/]+\/[^/?]+/, "must be a postgresql:// address with a database"), example: "postgresql://sluice:secret@127.0.0.1:5432/sluice" },
  DOCKER_HOST: { schema: orNull(words(/^(unix:\/\/)?\//, "must be the socket of a local engine (remote ones are not supported)")), example: "unix:///var/run/docker.sock" },
  DOCKER_SOCKET: { schema: words(/^\//, "must be the path of a unix socket").default("/var/run/docker.sock"), example: "/var/run/docker.sock" },
  SLUICE_COMPUTE: { schema: z.enum(["docker", "sim"], "must be docker or sim").default("docker"), example: "docker" },
  SLUICE_STUDIO_HOST: { schema: hostName.default("127.0.0.1"), example: "127.0.0.1" },
  SLUICE_STUDIO_PORT: { schema: port.default(3000), example: "3001" },
  SLUICE_STUDIO_URL: { schema: url(/^https?$/, "must be an http:// or https:// address").optional(), example: "https://studio.example.com" },
  SLUICE_GATEWAY_HOST: { schema: hostName.default("localhost"), example: "inference.example.com" },
  SLUICE_GATEWAY_BIND: { schema: address.default("0.0.0.0"), example: "0.0.0.0" },
  SLUICE_GATEWAY_PORT: { schema: port.default(8443), example: "8443" },
  SLUICE_GATEWAY_HTTP_PORT: { schema: orNull(port), example: "8080" },
  SLUICE_GATEWAY_DOMAIN: { schema: domain.default("endpoints.localhost"), example: "endpoints.example.com" },
  SLUICE_GATEWAY_ID: { schema: z.string().default("gw_local"), example: "gw_local" },
  SLUICE_TLS_CERT_FILE: { schema: file, example: "/etc/ssl/inference.pem" },
  SLUICE_TLS_KEY_FILE: { schema: file, example: "/etc/ssl/inference.key" },
  SLUICE_POSTGRES_PORT: { schema: port.default(5433), example: "5433" },
  SLUICE_CONTROL_PORT: { schema: port.default(3901), example: "3901" },
  SLUICE_INGESTER_PORT: { schema: port.default(3902), example: "3902" },
  SLUICE_SUPERNET: { schema: words(/^10\.\d{1,3}\.0\.0\/16$/, "must be a /16 inside 10.0.0.0/8").default("10.213.0.0/16"), example: "10.213.0.0/16" },
  SLUICE_MASTER_KEY: { schema: orNull(words(/^[0-9a-fA-F]{64}$/, "must be 64 hexadecimal digits")), example: "$(openssl rand -hex 32)" },
  SLUICE_MASTER_KEY_FILE: { schema: file, example: "/etc/sluice/master.key" },
  SLUICE_AUTH_SECRET: { schema: orNull(words(/^.{32,}$/, "must be at least 32 characters")), example: "$(openssl rand -hex 32)" },
  SLUICE_OIDC_ISSUER: {
    schema: orNull(words(/^https:\/\/\S+$|^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/\S*)?$/, "must be an https:// address (http:// on this machine only)")),
    example: "https://login.example.com/realms/main",
  },
  SLUICE_OIDC_CLIENT_ID: { schema: orNull(z.string()), example: "sluice" },
  SLUICE_OIDC_CLIENT_SECRET: { schema: orNull(z.string()), example: "the-secret-of-the-client" },
  SLUICE_OIDC_NAME: { schema: z.string().max(40, "must be at most 40 characters").default("Single sign-on"), example: "Contoso" },
  SLUICE_OIDC_SIGN_UP: { schema: flag.default(true), example: "0" },
  SLUICE_OIDC_LINK_BY_EMAIL: { schema: flag.default(false), example: "1" },
  SLUICE_ADMIN_EMAIL: { schema: words(/^[^\s@]+@[^\s@]+$/, "must be an e-mail address").default("admin@localhost"), example: "admin@example.com" },
  SLUICE_ADMIN_PASSWORD: { schema: orNull(z.string().min(12, "must be at least 12 characters").max(200, "must be at most 200 characters")), example: "twelve-characters-or-more" },
  SLUICE_SAMPLE: { schema: flag.default(true), example: "0" },
  SLUICE_KEEP_SERVING: { schema: flag.default(false), example: "1" },
  SLUICE_REGISTRY_PULL: { schema: z.enum(["auto", "never", "always"], "must be auto, never or always").default("auto"), example: "never" },
  SLUICE_BASE_IMAGE: { schema: image, example: "debian:bookworm-slim" },
  SLUICE_PYTHON_IMAGE: { schema: image, example: "python:3.11-slim-bookworm" },
  SLUICE_GATEWAY_IMAGE: { schema: image, example: "haproxy:3.4" },
  SLUICE_NODE_IMAGE: { schema: image, example: "node:22-bookworm-slim" },
  SLUICE_INFERENCE_IMAGE: { schema: z.string().default(""), example: "sluice/minimal-inference:1" },
  SLUICE_PYTHON_IMAGE_REF: { schema: z.string().default(""), example: "sluice/python-base:1" },
  SLUICE_GATEWAY_IMAGE_REF: { schema: z.string().default(""), example: "sluice/gateway:1" },
  SLUICE_INITIALIZER_IMAGE: { schema: z.string().default(""), example: "sluice/initializer:1" },
  SLUICE_PYTHON_VERSION: { schema: words(/^3\.\d{1,2}$/, "must be a minor version of Python 3").default("3.11"), example: "3.11" },
  SLUICE_PYTHON_IMAGES: { schema: pythonImages, example: "3.12=python:3.12-slim-bookworm,3.10=python:3.10-slim-bookworm" },
  SLUICE_CONDA_IMAGE: { schema: image, example: "mambaorg/micromamba:2" },
  SLUICE_TRITON_IMAGE: { schema: image, example: "tritonserver:24.10-py3" },
  SLUICE_TORCH_INDEX_URL: { schema: openIndex.optional(), example: "https://packages.example.com/torch/cpu" },
  SLUICE_EXTRA_CA_FILE: { schema: file, example: "/etc/ssl/certs/corporate.pem" },
  SLUICE_PIP_INDEX_URL: { schema: index.optional(), example: "https://packages.example.com/simple" },
  SLUICE_PIP_EXTRA_INDEX_URL: { schema: index.optional(), example: "https://packages.example.com/extra" },
  SLUICE_PIP_TRUSTED_HOST: { schema: orNull(words(/^[^/]+$/, "must be a host name, not an address")), example: "packages.example.com" },
  HTTP_PROXY: { schema: orNull(z.string()), example: "http://proxy.example.com:3128" },
  HTTPS_PROXY: { schema: orNull(z.string()), example: "http://proxy.example.com:3128" },
  NO_PROXY: { schema: orNull(z.string()), example: "localhost,.example.com" },
  SLUICE_ARTIFACT_S3_BUCKET: { schema: orNull(words(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "must be the name of a bucket")), example: "sluice-models" },
  SLUICE_ARTIFACT_S3_ENDPOINT: { schema: orNull(url(/^https?$/, "must be an http:// or https:// address")), example: "https://s3.example.com" },
  SLUICE_ARTIFACT_S3_REGION: { schema: words(/^[a-z0-9-]+$/, "must be the name of a region").default("us-east-1"), example: "eu-central-1" },
  SLUICE_ARTIFACT_S3_PREFIX: { schema: words(/^[A-Za-z0-9._/-]*$/, "must be letters, digits, dots, dashes and slashes").default(""), example: "sluice" },
  SLUICE_ARTIFACT_S3_ACCESS_KEY: { schema: orNull(z.string()), example: "the-access-key" },
  SLUICE_ARTIFACT_S3_SECRET: { schema: orNull(z.string()), example: "the-secret-key" },
  SLUICE_IMPORT_PATHS: { schema: words(/^$|^\/[^,]*(\s*,\s*\/[^,]*)*$/, "must be absolute paths, separated by commas").default("").transform(listOf), example: "/srv/models,/mnt/share" },
  SLUICE_IMPORT_ALLOWED_HOSTS: { schema: words(/^[A-Za-z0-9.:, -]*$/, "must be host names or addresses, separated by commas").default("").transform(listOf), example: "127.0.0.1,models.internal" },
  SLUICE_IMPORT_MAX_GIB: { schema: amount(0.001, 10_240).default(64), example: "64" },
  SLUICE_CPU_OVERCOMMIT: { schema: amount(1, 100).default(8), example: "8" },
  SLUICE_MEMORY_OVERCOMMIT: { schema: amount(0.5, 10).default(1), example: "1" },
  SLUICE_CAP_INSTANCE_TYPES: { schema: flag.default(true), example: "1" },
  SLUICE_BUILD_CONCURRENCY: { schema: whole(1, 8).default(1), example: "1" },
  SLUICE_BUILD_TIMEOUT_MINUTES: { schema: amount(1, 240).default(30), example: "30" },
  SLUICE_BUILD_DISK_GIB: { schema: amount(0.1, 10_240).default(20), example: "20" },
  SLUICE_BUILD_FREE_DISK_GIB: { schema: amount(0, 10_240).default(2), example: "2" },
  SLUICE_MIRROR_POLICY: { schema: z.enum(["azure", "open"], "must be azure or open").default("azure"), example: "azure" },
  SLUICE_TRAFFIC_STEP: { schema: z.enum(["1", "0.1"], "must be 1 or 0.1").default("1"), example: "0.1" },
  SLUICE_REQUEST_TIMEOUT_MAX_SECONDS: { schema: whole(1, 600).default(180), example: "180" },
  SLUICE_IMAGE_REFRESH_DAYS: { schema: amount(0, 3650).default(14), example: "14" },
  SLUICE_RETENTION_RAW_DAYS: { schema: whole(1, 3650).default(30), example: "30" },
  SLUICE_RETENTION_METRIC_DAYS: { schema: whole(1, 3650).default(93), example: "93" },
  SLUICE_RETENTION_EVENT_DAYS: { schema: whole(1, 3650).default(93), example: "93" },
  SLUICE_RETENTION_AUDIT_DAYS: { schema: whole(1, 3650).default(400), example: "400" },
  SLUICE_IMAGES_KEPT: { schema: whole(0, 1000).default(3), example: "3" },
  SLUICE_IMAGES_KEPT_DAYS: { schema: amount(0, 3650).default(7), example: "7" },
  SLUICE_LOG_MIB_PER_INSTANCE: { schema: whole(1, 10_240).default(32), example: "32" },
  SLUICE_CURRENCY: { schema: words(/^[A-Z]{3}$/, "must be three capital letters").default("USD"), example: "EUR" },
  SLUICE_NETWORK_PRICE_PER_GIB: { schema: amount(0, 1_000_000).default(0.01), example: "0.01" },
  SLUICE_LOG_LEVEL: { schema: z.enum(["debug", "info", "warn", "error"], "must be debug, info, warn or error").default("info"), example: "info" },
} as const; // prettier-ignore

export type Variables = typeof variables;
export type Parsed = { readonly [K in keyof Variables]: z.output<Variables[K]["schema"]> };
export type Source = Readonly<Record<string, string | undefined>>;

/** Values that must not be repeated in a message. */
const secret = /KEY$|SECRET|PASSWORD|DATABASE_URL/;

const shown = (name: string, value: string | undefined): string =>
  value === undefined || secret.test(name) ? "" : `, not "${value.replace(/\/\/.*@/, "//***@").slice(0, 100)}"`;

/** Each variable by its rule: what was read, and one sentence per variable that breaks its rule. */
export function parseVariables(source: Source): { readonly parsed: Partial<Parsed>; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const parsed: Record<string, unknown> = {};
  for (const [name, { schema, example }] of Object.entries(variables)) {
    const value = source[name] === "" ? undefined : source[name];
    const outcome = (schema as z.ZodType).safeParse(value);
    if (outcome.success) parsed[name] = outcome.data;
    else {
      const problem = value === undefined ? "is missing" : (outcome.error.issues[0]?.message ?? "is not valid");
      problems.push(`${name} ${problem}${shown(name, value)} (example: ${name}=${example})`);
    }
  }
  return { parsed: parsed, problems };
}
