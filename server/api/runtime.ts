import "server-only";
import { cookies } from "next/headers";
import { openArtifacts } from "#server/artifacts/open";
import { systemClock } from "#server/kernel/clock";
import { loadSettings } from "#server/kernel/env";
import { newId } from "#server/kernel/ids";
import { createLogger, type Logger } from "#server/kernel/log";
import { readProductTexts, scaffoldFolders } from "#server/kernel/product-texts";
import type { OperationServices } from "#server/operations/context";
import { createStore } from "#server/store/store";
import { telemetryClient } from "#server/telemetry/client";
import { Vault } from "#server/vault/vault";
import { createScorer } from "./scorer";

export interface Runtime extends OperationServices {
  readonly log: Logger;
  /** A cookie of the request that is being answered; undefined when it has none of that name. */
  readonly readCookie: (name: string) => Promise<string | undefined>;
}

const key = Symbol.for("sluice.runtime");
const holder = globalThis as { [key]?: Runtime | undefined };

function build(): Runtime {
  const settings = loadSettings();
  const store = createStore({ databaseUrl: settings.databaseUrl, maxConnections: 15 });
  return {
    settings,
    store,
    vault: Vault.open(settings.masterKey),
    artifacts: openArtifacts(settings).store,
    telemetryDb: store.sql,
    telemetry: telemetryClient(settings.sockets.telemetryQuery),
    scorer: createScorer(settings.gateway),
    // The studio runs in the folder of its build, which holds copies of these.
    scaffoldTemplates: readProductTexts(process.cwd(), scaffoldFolders),
    clock: systemClock,
    newId,
    log: createLogger("studio", settings.logLevel),
    readCookie: async (name) => (await cookies()).get(name)?.value,
  };
}

/** The studio process's one set of services, made at the first request so that a build needs neither settings nor database. */
export function runtime(): Runtime {
  return (holder[key] ??= build());
}
