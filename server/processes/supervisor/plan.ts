import path from "node:path";
import type { Settings } from "../../kernel/env";
import type { ChildSpec } from "./child";
import { answersHttp } from "./ready";

export interface PlanOptions {
  readonly root: string;
  readonly settings: Settings;
  /** Environment that every process gets. */
  readonly environment: Readonly<Record<string, string>>;
  /** The unprivileged account; null when this process is not root, then everything runs as its user. */
  readonly account: { readonly uid: number; readonly gid: number } | null;
  /** Secrets that only the control plane and the studio need. */
  readonly masterKey: string;
  readonly authSecret: string;
}

/** The processes of the product in the order in which they start; they stop in the opposite order. */
export function planChildren(options: PlanOptions): readonly ChildSpec[] {
  const { root, settings, environment, account } = options;
  const fromSource = environment["SLUICE_DEV"] === "1";
  const run = (name: string): readonly string[] =>
    fromSource ? ["--watch", "--import", "tsx", path.join(root, `server/processes/${name}.ts`)] : [path.join(root, `dist/${name}.mjs`)];
  const studio = fromSource
    ? [path.join(root, "node_modules/next/dist/bin/next"), "dev", "--port", String(settings.studio.port), "--hostname", settings.studio.host]
    : [path.join(root, ".next/standalone/server.js")];
  const studioAccount = fromSource ? null : account;
  const common = (name: string) => ({ name, cwd: root, logFile: path.join(settings.home, `logs/${name}.log`) });
  const sealed = { ...environment, SLUICE_MASTER_KEY: options.masterKey };
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
        ...(fromSource ? { NODE_ENV: "development" } : {}),
        SLUICE_AUTH_SECRET: options.authSecret,
        NEXTAUTH_SECRET: options.authSecret,
        NEXTAUTH_URL: settings.studio.url,
        HOSTNAME: settings.studio.host,
        PORT: String(settings.studio.port),
        // The scorer of the test console trusts the local authority.
        ...(environment["SLUICE_CA_FILE"] === undefined ? {} : { NODE_EXTRA_CA_CERTS: environment["SLUICE_CA_FILE"] }),
      },
      // Hot reload writes into the checkout, which belongs to the person who works on it.
      account: studioAccount,
      isReady: () => answersHttp({ port: settings.studio.port }, "/health/ready"),
      // Open polling connections keep Next waiting; nothing is lost by ending it.
      graceMs: 3000,
    },
  ];
}
