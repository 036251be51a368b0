import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadBuildEnvironment, loadSettings, settingsProblems, SettingsError } from "./env";
import { variables } from "./env-variables";

const required = { SLUICE_HOME: "/var/lib/sluice/main", SLUICE_ID: "a1b2c3", DATABASE_URL: "postgresql://sluice:secret@127.0.0.1:5432/sluice" };
const problemsOf = (changes: Readonly<Record<string, string>>) => settingsProblems({ ...required, ...changes });

/** One value per variable that its rule must refuse; null where any text will do. */
const refused: Readonly<Record<keyof typeof variables, string | null>> = {
  SLUICE_HOME: "here",
  SLUICE_ID: "A",
  DATABASE_URL: "mysql://sluice@127.0.0.1/sluice",
  DOCKER_HOST: "tcp://192.0.2.1:2375",
  DOCKER_SOCKET: "docker.sock",
  SLUICE_COMPUTE: "kubernetes",
  SLUICE_STUDIO_HOST: "http://127.0.0.1",
  SLUICE_STUDIO_PORT: "65536",
  SLUICE_STUDIO_URL: "studio.example.com",
  SLUICE_GATEWAY_HOST: "inference.example.com:8443",
  SLUICE_GATEWAY_BIND: "everywhere",
  SLUICE_GATEWAY_PORT: "https",
  SLUICE_GATEWAY_HTTP_PORT: "0",
  SLUICE_GATEWAY_DOMAIN: "localhost",
  SLUICE_GATEWAY_ID: null,
  SLUICE_TLS_CERT_FILE: "inference.pem",
  SLUICE_TLS_KEY_FILE: "./inference.key",
  SLUICE_POSTGRES_PORT: "54.33",
  SLUICE_CONTROL_PORT: "-1",
  SLUICE_INGESTER_PORT: "1e9",
  SLUICE_SUPERNET: "192.168.0.0/16",
  SLUICE_MASTER_KEY: "hunter2-hunter2",
  SLUICE_MASTER_KEY_FILE: "master.key",
  SLUICE_AUTH_SECRET: "hunter2-hunter2",
  SLUICE_OIDC_ISSUER: "http://login.example.com",
  SLUICE_OIDC_CLIENT_ID: null,
  SLUICE_OIDC_CLIENT_SECRET: null,
  SLUICE_OIDC_NAME: "x".repeat(41),
  SLUICE_IMPORT_PATHS: "models",
  SLUICE_IMPORT_ALLOWED_HOSTS: "http://127.0.0.1/",
  SLUICE_IMPORT_MAX_GIB: "0",
  SLUICE_ARTIFACT_S3_BUCKET: "Models",
  SLUICE_ARTIFACT_S3_ENDPOINT: "s3.example.com",
  SLUICE_ARTIFACT_S3_REGION: "Frankfurt am Main",
  SLUICE_ARTIFACT_S3_PREFIX: "a b",
  SLUICE_ARTIFACT_S3_ACCESS_KEY: null,
  SLUICE_ARTIFACT_S3_SECRET: null,
  SLUICE_OIDC_SIGN_UP: "yes",
  SLUICE_OIDC_LINK_BY_EMAIL: "true",
  SLUICE_ADMIN_EMAIL: "admin",
  SLUICE_ADMIN_PASSWORD: "hunter2",
  SLUICE_SAMPLE: "no",
  SLUICE_KEEP_SERVING: "yes",
  SLUICE_REGISTRY_PULL: "sometimes",
  SLUICE_BASE_IMAGE: "debian bookworm",
  SLUICE_PYTHON_IMAGE: "https://registry.example.com/python",
  SLUICE_GATEWAY_IMAGE: " ",
  SLUICE_NODE_IMAGE: "node:22;",
  SLUICE_INFERENCE_IMAGE: null,
  SLUICE_PYTHON_IMAGE_REF: null,
  SLUICE_GATEWAY_IMAGE_REF: null,
  SLUICE_INITIALIZER_IMAGE: null,
  SLUICE_PYTHON_VERSION: "3",
  SLUICE_PYTHON_IMAGES: "3.12",
  SLUICE_CONDA_IMAGE: "mambaorg/micromamba 2",
  SLUICE_TRITON_IMAGE: "-",
  SLUICE_TORCH_INDEX_URL: "packages.example.com",
  HTTP_PROXY: null,
  HTTPS_PROXY: null,
  NO_PROXY: null,
  SLUICE_EXTRA_CA_FILE: "corporate.pem",
  SLUICE_PIP_INDEX_URL: "packages.example.com",
  SLUICE_PIP_EXTRA_INDEX_URL: "ftp://packages.example.com",
  SLUICE_PIP_TRUSTED_HOST: "https://packages.example.com",
  SLUICE_REQUEST_TIMEOUT_MAX_SECONDS: "601",
  SLUICE_IMAGE_REFRESH_DAYS: "often",
  SLUICE_MIRROR_POLICY: "anything",
  SLUICE_TRAFFIC_STEP: "0.5",
  SLUICE_CPU_OVERCOMMIT: "many",
  SLUICE_MEMORY_OVERCOMMIT: "0",
  SLUICE_CAP_INSTANCE_TYPES: "off",
  SLUICE_BUILD_CONCURRENCY: "9",
  SLUICE_BUILD_TIMEOUT_MINUTES: "0",
  SLUICE_BUILD_DISK_GIB: "0",
  SLUICE_BUILD_FREE_DISK_GIB: "-1",
  SLUICE_RETENTION_RAW_DAYS: "0.5",
  SLUICE_RETENTION_METRIC_DAYS: "forever",
  SLUICE_RETENTION_EVENT_DAYS: "0",
  SLUICE_RETENTION_AUDIT_DAYS: "3651",
  SLUICE_IMAGES_KEPT: "-1",
  SLUICE_IMAGES_KEPT_DAYS: "week",
  SLUICE_LOG_MIB_PER_INSTANCE: "20480",
  SLUICE_CURRENCY: "Euro",
  SLUICE_NETWORK_PRICE_PER_GIB: "-1",
  SLUICE_LOG_LEVEL: "verbose",
};

describe("each variable", () => {
  it.each(Object.entries(refused).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])))(
    "%s: a bad value is named with its problem and an example that would do",
    (name, value) => {
      const problems = problemsOf({ [name]: value }).filter((problem) => problem.startsWith(`${name} `));
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/^\S+ must /);
      expect(problems[0]).toContain(`(example: ${name}=`);
      if (/KEY$|SECRET|PASSWORD|DATABASE_URL/.test(name)) expect(problems[0]).not.toContain(value);
      else expect(problems[0]).toContain(`not "${value}"`);
    },
  );

  it("keeps the login of an address out of its message, and says where none may stand", () => {
    const address = (login: string) => `https://${login}@packages.example.com/simple`;
    expect(problemsOf({ SLUICE_PIP_INDEX_URL: address("robot:p%40ss") })).toEqual([]);
    const [spaced] = problemsOf({ SLUICE_PIP_INDEX_URL: address("robot:a%20b") });
    expect(spaced).toMatch(/^SLUICE_PIP_INDEX_URL must have no space, quote or backslash in its user and password, not "https:\/\/\*\*\*@packages/);
    expect(problemsOf({ SLUICE_TORCH_INDEX_URL: address("robot:word") })[0]).toMatch(/^SLUICE_TORCH_INDEX_URL must have no user and password/);
  });

  it.each(Object.entries(variables))("%s: its own example is accepted, and an empty value is none", (name, { example, schema }) => {
    const value = example.replace("$(openssl rand -hex 32)", "ab".repeat(32));
    expect(schema.safeParse(value).success).toBe(true);
    if (!(name in required)) expect(problemsOf({ [name]: "" })).toEqual([]);
  });

  it("of the README's table has a rule, and every variable for people is in the table", () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    const table = readme.slice(readme.indexOf("\n## Settings"), readme.indexOf("\n## When something is wrong"));
    const named = [...table.matchAll(/`((?:SLUICE|DATABASE|DOCKER|HTTPS?|NO)_[A-Z0-9_]+)`/g)].map((match) => match[1] ?? "");
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((name) => !(name in variables))).toEqual([]);
    const internal = ["SLUICE_ID", "DOCKER_SOCKET", "SLUICE_COMPUTE", "SLUICE_GATEWAY_ID", "SLUICE_INFERENCE_IMAGE", "SLUICE_PYTHON_IMAGE_REF", "SLUICE_GATEWAY_IMAGE_REF", "SLUICE_INITIALIZER_IMAGE"]; // prettier-ignore
    expect(Object.keys(variables).filter((name) => !internal.includes(name) && !named.includes(name))).toEqual([]);
  });
});

describe("variables of builds alone", () => {
  it("are read as a server reads them, whatever else is set or missing", () => {
    const index = "https://packages.example.com/simple";
    const read = loadBuildEnvironment({
      SLUICE_PYTHON_VERSION: "3.12",
      SLUICE_PYTHON_IMAGES: "3.10=python:3.10",
      SLUICE_PIP_EXTRA_INDEX_URL: index,
      SLUICE_STUDIO_PORT: "none",
    });
    expect(read).toEqual({
      pythonVersion: "3.12",
      otherPythons: [{ version: "3.10", image: "python:3.10" }],
      conda: null,
      extraCaFile: null,
      arguments: { SLUICE_PIP_EXTRA_INDEX_URL: index },
    });
  });

  it("are refused by name when they are wrong", () => {
    expect(() => loadBuildEnvironment({ SLUICE_PYTHON_VERSION: "three", SLUICE_PIP_INDEX_URL: "nowhere" })).toThrow(
      /SLUICE_PYTHON_VERSION must [\s\S]*SLUICE_PIP_INDEX_URL must /,
    );
  });
});

describe("variables that go together", () => {
  it("are set all or none, and the missing one is named", () => {
    expect(problemsOf({ SLUICE_TLS_CERT_FILE: "/etc/ssl/a.pem" })).toEqual([
      expect.stringMatching(/^SLUICE_TLS_KEY_FILE must be set with SLUICE_TLS_CERT_FILE/),
    ]);
    const [problem] = problemsOf({ SLUICE_OIDC_ISSUER: "https://login.example.com", SLUICE_OIDC_CLIENT_ID: "sluice" });
    expect(problem).toMatch(/^SLUICE_OIDC_CLIENT_SECRET must be set with/);
    expect(problemsOf({ SLUICE_OIDC_ISSUER: "http://127.0.0.1:9000", SLUICE_OIDC_CLIENT_ID: "a", SLUICE_OIDC_CLIENT_SECRET: "b" })).toEqual([]);
  });

  it("keep plain HTTP on loopback", () => {
    for (const refusedChange of [
      { SLUICE_STUDIO_HOST: "0.0.0.0" },
      { SLUICE_STUDIO_HOST: "0.0.0.0", SLUICE_STUDIO_URL: "http://127.0.0.1:3000" },
      { SLUICE_STUDIO_URL: "http://studio.example.com" },
      { SLUICE_STUDIO_URL: "https://example.com/studio" },
    ])
      expect(problemsOf(refusedChange)).toEqual([expect.stringMatching(/^SLUICE_STUDIO_URL must be/)]);
    expect(problemsOf({ SLUICE_STUDIO_HOST: "0.0.0.0", SLUICE_STUDIO_URL: "https://studio.example.com" })).toEqual([]);
    expect(problemsOf({ SLUICE_STUDIO_URL: "http://localhost:4000" })).toEqual([]);
  });

  it("need a port each", () => {
    expect(problemsOf({ SLUICE_STUDIO_PORT: "9000", SLUICE_GATEWAY_PORT: "9000" })).toEqual([
      expect.stringMatching(/^SLUICE_GATEWAY_PORT must differ from SLUICE_STUDIO_PORT/),
    ]);
  });
});

it("names every problem at once, and what is missing", () => {
  const load = () => loadSettings({ SLUICE_HOME: "here", SLUICE_STUDIO_PORT: "x" });
  expect(load).toThrow(SettingsError);
  expect(load).toThrow(/SLUICE_HOME must[\s\S]*SLUICE_ID is missing[\s\S]*DATABASE_URL is missing[\s\S]*SLUICE_STUDIO_PORT must/);
});

it("answers the product's words", () => {
  expect(loadSettings(required)).toMatchObject({
    studio: { url: "http://127.0.0.1:3000" },
    gateway: { url: "https://localhost:8443", httpPort: null, domain: "endpoints.localhost" },
    oidc: null,
  });
  expect(loadSettings({ ...required, SLUICE_STUDIO_URL: "https://studio.example.com/", SLUICE_GATEWAY_HOST: "::1", SLUICE_GATEWAY_PORT: "443" })).toMatchObject(
    {
      studio: { url: "https://studio.example.com" },
      gateway: { url: "https://[::1]" },
    },
  );
});
