import path from "node:path";
import type { Settings } from "../../kernel/env";
import type { ChildSpec } from "./child";
import { answersHttp } from "./ready";

export interface PlanOptions {
  readonly root: string;
  readonly settings: Settings;
  /** Environment that every process gets. */
  readonly environment: Readonly<Record<string, string>>;
  /** The whole environment that the product was started with: secrets go from here to the processes that need them, and to no other. */
  readonly source: Readonly<Record<string, string | undefined>>;
  /** The unprivileged account; null when this process is not root, then everything runs as its user. */
  readonly account: { readonly uid: number; readonly gid: number } | null;
}

const chosen = (source: PlanOptions["source"], names: RegExp): Record<string, string> =>
  Object.fromEntries(Object.entries(source).flatMap(([name, value]) => (names.test(name) && value !== undefined ? [[name, value]] : [])));

/** Where a process on this machine reaches what listens on `host`. */
const reachable = (host: string): string => (host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host);

/** The processes of the product in the order in which they start; they stop in the opposite order. */
export function planChildren(options: PlanOptions): readonly ChildSpec[] {
  const { root, settings, environment, source, account } = options;
  const fromSource = environment["SLUICE_DEV"] === "1";
  const run = (name: string): readonly string[] =>
    fromSource ? ["--watch", "--import", "tsx", path.join(root, `server/processes/${name}.ts`)] : [path.join(root, `dist/${name}.mjs`)];
  const studio = fromSource
    ? [path.join(root, "node_modules/next/dist/bin/next"), "dev", "--port", String(settings.studio.port), "--hostname", settings.studio.host]
    : [path.join(root, ".next/standalone/server.js")];
  const studioAccount = fromSource ? null : account;
  const common = (name: string) => ({ name, cwd: root, logFile: path.join(settings.home, `logs/${name}.log`) });
  const sealed = { ...environment, ...chosen(source, /^SLUICE_MASTER_KEY$/) };
  const authSecret = source["SLUICE_AUTH_SECRET"] ?? "";
  return [
    {
      ...common("control-plane"),
      args: run("control-plane"),
      env: sealed,
      // The one process that opens the engine's socket.
      account: null,
      isReady: () => answersHttp({ port: settings.ports.controlPlane }, "/health"),
      graceMs: 10_000,
    },
    {
      ...common("ingester"),
      args: run("ingester"),
      env: environment,
      account,
      isReady: () => answersHttp({ port: settings.ports.ingester }, "/health"),
      graceMs: 10_000,
    },
    {
      ...common("query-worker"),
      args: run("query-worker"),
      env: environment,
      account,
      isReady: () => answersHttp({ socketPath: settings.sockets.telemetryQuery }, "/health"),
      graceMs: 3000,
    },
    {
      ...common("studio"),
      args: studio,
      env: {
        ...sealed,
        NEXT_TELEMETRY_DISABLED: "1",
        ...(fromSource ? { NODE_ENV: "development" } : {}),
        ...chosen(source, /^SLUICE_OIDC_/),
        SLUICE_AUTH_SECRET: authSecret,
        NEXTAUTH_SECRET: authSecret,
        NEXTAUTH_URL: settings.studio.url,
        HOSTNAME: settings.studio.host,
        PORT: String(settings.studio.port),
        // The scorer of the test console trusts the gateway's authority, whichever it is.
        ...(environment["SLUICE_CA_FILE"] === undefined ? {} : { NODE_EXTRA_CA_CERTS: environment["SLUICE_CA_FILE"] }),
      },
      // Hot reload writes into the checkout, which belongs to the person who works on it.
      account: studioAccount,
      isReady: () => answersHttp({ host: reachable(settings.studio.host), port: settings.studio.port }, "/health/ready"),
      // Open polling connections keep Next waiting; nothing is lost by ending it.
      graceMs: 3000,
    },
  ];
}
