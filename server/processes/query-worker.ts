import { mkdir } from "node:fs/promises";
import path from "node:path";
import { loadSettings } from "../kernel/env";
import { createLogger } from "../kernel/log";
import { openDuck, restrict } from "../telemetry/duckdb";
import { requestsDirectory } from "../telemetry/paths";
import { startQueryServer } from "../telemetry/raw/server";

/** Answers reads of raw requests on a unix socket. Apart from the studio, because a native crash or a heavy read must not take the studio along. */
const settings = loadSettings();
const log = createLogger("query-worker", settings.logLevel);
const queryTimeoutMs = 5000;

const readable = requestsDirectory(settings.home);
const temporaryDirectory = path.join(settings.home, "telemetry", "tmp", "query");
await mkdir(readable, { recursive: true });
await mkdir(temporaryDirectory, { recursive: true });
const duck = await openDuck({ memoryMib: 512, threads: 2, temporaryDirectory });
await restrict(duck, readable);
const server = await startQueryServer({ home: settings.home, duck, timeoutMs: queryTimeoutMs }, settings.sockets.telemetryQuery, log);
log.info({ socket: settings.sockets.telemetryQuery }, "query worker is running");

for (const name of ["SIGTERM", "SIGINT"] as const)
  process.on(name, () => {
    server.closeIdleConnections();
    server.close(() => {
      duck.closeSync();
      log.info("query worker ended");
    });
  });
