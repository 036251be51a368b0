/** Import rules of the house, as errors. The table they come from is in ARCHITECTURE.md. */
const test = "(/test-harness|\\.(test|integration\\.test|docker\\.test|gateway\\.test))\\.ts$";
const rule = (name, from, to, comment) => ({ name, severity: "error", comment, from, to });
const room = (folder, allowed, extra = []) =>
  rule(
    `${folder.replaceAll("/", "-")}-imports`,
    { path: `^server/${folder}/`, pathNot: [test, "^server/(drivers|artifacts)/contract/"] },
    {
      path: "^(server|app|components|scripts|prisma|playwright)/",
      pathNot: [`^server/${folder}/`, ...allowed.map((name) => `^server/${name}(/|\\.ts$)`), ...extra],
    },
    `server/${folder} may import only: ${allowed.join(", ")}`,
  );

/** Packages that a room's own code uses; another one there is a decision, made in this list. */
const packages = (folder, names) =>
  rule(
    `${folder.replaceAll("/", "-")}-packages`,
    { path: `^${folder}/`, pathNot: [test, "^server/drivers/contract/", "^server/store/generated/"] },
    { path: "node_modules/", ...(names.length === 0 ? {} : { pathNot: `node_modules/(@types/)?(${names.join("|")})/` }) },
    `${folder} may use only: ${names.join(", ") || "no package"}`,
  );

module.exports = {
  forbidden: [
    rule("no-cycles", {}, { circular: true }),
    rule("domain-is-pure", { path: "^server/domain/", pathNot: test }, { dependencyTypes: ["core"] }, "No Node built-ins in the domain."),
    room("kernel", []),
    room("domain", ["kernel/assert", "kernel/result"]),
    room("contract", ["domain"]),
    room("store", ["domain", "kernel"]),
    room("vault", ["domain", "kernel"]),
    room("artifacts", ["domain", "kernel"]),
    room("auth", ["store", "domain", "kernel", "contract", "vault"]),
    room("operations", [
      "domain",
      "contract",
      "store",
      "auth/policy",
      "auth/keys",
      "auth/actor",
      "auth/passwords",
      "auth/access-tokens",
      "vault",
      "artifacts",
      "telemetry",
      "kernel",
    ]),
    room("api", ["auth", "contract", "domain", "store", "vault", "artifacts", "telemetry", "operations/context", "kernel"]),
    room("actions", ["api", "operations", "contract"]),
    room("control", ["domain", "store", "drivers/compute-driver", "artifacts", "vault", "telemetry", "kernel"]),
    room("drivers", ["domain", "kernel"]),
    room("gateway", ["domain", "gateway-api/protocol", "kernel"]),
    room("gateway-api", ["store", "domain", "kernel"]),
    room("telemetry", ["domain", "contract", "store", "drivers/compute-driver", "kernel"]),
    packages("server/kernel", ["pino", "zod"]),
    packages("server/domain", ["@balena/dockerignore", "yaml", "zod"]),
    packages("server/contract", ["zod"]),
    packages("server/store", ["@prisma", "pg", "zod"]),
    packages("server/vault", []),
    packages("server/artifacts", ["@aws-sdk/client-s3", "@aws-sdk/lib-storage", "tar-stream", "yauzl", "yazl"]),
    packages("server/auth", ["@node-rs/argon2", "next-auth"]),
    packages("server/operations", ["yaml", "zod"]),
    packages("server/api", ["next", "next-auth", "server-only", "zod"]),
    packages("server/actions", []),
    packages("server/control", ["undici", "zod"]),
    packages("server/drivers", ["dockerode", "tar-stream", "zod"]),
    packages("server/gateway", ["undici", "zod"]),
    packages("server/gateway-api", ["zod"]),
    packages("server/telemetry", ["@duckdb/node-api", "pg", "zod"]),
    packages("server/processes", ["pg", "zod"]),
    rule("prisma-only-in-store", { pathNot: ["^server/store/", "^scripts/", "^prisma"] }, { path: "(@prisma/|^server/store/generated)" }),
    rule(
      "dockerode-only-in-drivers",
      { pathNot: ["^server/drivers/docker/", "^server/testing/", "^scripts/", "^cli/sluice.mjs$", "^playwright/", "^bench/", test] },
      { path: "node_modules/dockerode" },
    ),
    rule("proxy-only-in-gateway", { pathNot: ["^server/gateway/", "^server/processes/", "^server/testing/", "^bench/", test] }, { path: "^server/gateway/" }),
    rule(
      "components-are-client-safe",
      { path: "^components/", pathNot: test },
      { path: "^(server|app)/", pathNot: ["^server/(domain|contract|actions)/"] },
      "Views see wire shapes and actions only.",
    ),
    rule("app-imports", { path: "^app/" }, { path: "^server/", pathNot: ["^server/(actions|api|operations|auth|contract)/"] }),
    rule(
      "cli-imports",
      { path: "^cli/", pathNot: [test, "^cli/sluice.mjs$"] },
      {
        path: "^(server|app|components|scripts|playwright)/",
        pathNot: ["^server/(domain|contract|kernel|drivers)/", "^server/control/image-build/recipe-step"],
      },
      "The tool builds and runs; it knows no database.",
    ),
    rule("processes-are-leaves", { pathNot: "^(server/processes/|server/testing/|playwright/|bench/|scripts/)" }, { path: "^server/processes/" }),
    rule(
      "testing-only-from-tests",
      { path: "^(server|app|components)/", pathNot: [test, "^server/testing/", "^server/(drivers|artifacts)/contract/"] },
      { path: "^(server/testing|playwright)/" },
    ),
    rule("no-unresolved", {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(\\.next|dist|server/store/generated/internal)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      mainFields: ["module", "main", "types"],
    },
  },
};
