import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "#server/kernel/clock";
import { logQuerySchema } from "#server/contract/monitoring";
import { readAt, readLogs } from "#server/telemetry/logs/read-logs";
import { openLogWriter, type LogWriter } from "#server/telemetry/logs/writer";
import { instanceLogPath } from "#server/telemetry/paths";

const origin = Date.UTC(2026, 10, 24, 8);
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const script = `import { main } from ${JSON.stringify(path.join(root, "cli/main.ts"))};
const nothing = () => Promise.reject(new Error("no engine is needed"));
await main({ root: ${JSON.stringify(root)}, engineSocket: nothing, images: nothing }, process.argv.slice(1));`;

let home: string;
let server: Server;
let writer: LogWriter;
let asked: URLSearchParams[];
/** Statuses of the next answers, before the log itself is given again; 0 breaks the connection. */
let troubles: number[];
const running: ChildProcess[] = [];

/** A management API that has one endpoint, with the product's own reader on real log files. */
beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), "sluice-cli-logs-"));
  asked = [];
  troubles = [];
  const file = instanceLogPath(home, "doc_1", "inference-server", "ins_1");
  writer = await openLogWriter({ file, maxBytes: 64 * 1024 * 1024, clock: systemClock, linesPerSecond: 1_000_000 });
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://studio");
    const trouble = troubles.shift();
    asked.push(searchParams);
    if (trouble === 0) return void response.destroy();
    if (trouble !== undefined) {
      const error = { kind: "not_found", code: "endpoint.not_found", message: "There is no endpoint.", fields: [], requestId: "r" };
      return void response.writeHead(trouble).end(trouble === 404 ? JSON.stringify({ error }) : "{ a proxy's page");
    }
    expect([pathname, request.headers.authorization]).toEqual(["/api/v1/endpoints/demo/logs", "Bearer secret"]);
    const { limit, ...query } = Object.fromEntries(searchParams);
    const read = readAt(logQuerySchema.parse({ endpoint: "demo", ...query, limit: Number(limit) }));
    void readLogs(home, { ...read, deployments: [{ id: "doc_1", name: "blue" }], container: "inference-server", instanceId: null }).then((page) =>
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(page)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(home, { recursive: true });
});

async function write(from: number, to: number): Promise<void> {
  for (let index = from; index < to; index += 1) {
    writer.write({ at: origin + index, stream: "stdout", text: `line ${String(index)}` });
    if (index % 10_000 === 0) await writer.flush();
  }
  await writer.flush();
}

interface Running {
  readonly child: ChildProcess;
  readonly out: () => readonly string[];
  readonly err: () => string;
  readonly ended: Promise<unknown>;
}

/** `sluice …` as a person runs it. */
function sluice(...words: readonly string[]): Running {
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script, "--", ...words], {
    cwd: root,
    env: { ...process.env, SLUICE_URL: url, SLUICE_TOKEN: "secret" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.err += text));
  return { child, out: () => said.out.split("\n").slice(0, -1), err: () => said.err, ended: once(child, "close") };
}

const sluiceLogs = (...words: readonly string[]): Running => sluice("logs", "demo", ...words);

async function finished(...words: readonly string[]): Promise<readonly string[]> {
  const run = sluiceLogs(...words);
  await run.ended;
  expect([run.err(), run.child.exitCode]).toEqual(["", 0]);
  return run.out();
}

const patient = { timeout: 30_000, interval: 50 };
const textsOf = (lines: readonly string[]): readonly string[] => lines.map((line) => line.replace(/^\S+Z blue /, ""));
const range = (from: number, to: number): readonly string[] => Array.from({ length: to - from }, (_, index) => `line ${String(from + index)}`);

describe("sluice logs", { timeout: 60_000 }, () => {
  it("asks for the doctor's lines, which one's own engine has none of", async () => {
    await write(0, 3);
    writer.write({ at: origin + 3, stream: "stderr", text: "Traceback (most recent call last):" });
    writer.write({ at: origin + 4, stream: "stderr", text: "ValueError: no" });
    await writer.flush();
    expect(await finished("-c", "doctor", "-d", "blue", "-n", "3")).toEqual([
      "2026-11-24T08:00:00.002Z blue line 2",
      "2026-11-24T08:00:00.003Z blue Traceback (most recent call last):",
      "ValueError: no",
    ]);
    expect(Object.fromEntries(asked[0] ?? [])).toEqual({ container: "doctor", deployment: "blue", limit: "3" });
    const local = sluice("local", "logs", "-c", "doctor");
    await local.ended;
    expect(local.err()).toContain("Allowed choices are inference-server, storage-initializer, image-build.");
  });

  it("prints all that is kept, and more than a page, in their order and once", async () => {
    await write(0, 23_456);
    expect(textsOf(await finished("-n", "all"))).toEqual(range(0, 23_456));
    expect(asked.map((query) => query.get("from") ?? (query.has("after") ? "after" : ""))).toEqual(["oldest", "after", "after"]);
    asked = [];
    expect(textsOf(await finished("-n", "20000"))).toEqual(range(3456, 23_456));
    expect(asked).toHaveLength(2);
  });

  it("tries again while it follows, and says so once", async () => {
    await write(0, 5);
    const run = sluiceLogs("-n", "2", "-f");
    await vi.waitFor(() => expect(textsOf(run.out())).toEqual(range(3, 5)), patient);
    troubles = [503, 0];
    await write(5, 7);
    await vi.waitFor(() => expect(textsOf(run.out())).toEqual(range(3, 7)), patient);
    expect(run.err().trim().split("\n")).toEqual(["The server answered 503. Trying again until it does.", "the server answers again"]);
    run.child.kill("SIGINT");
    await run.ended;
    expect([run.child.exitCode, run.child.signalCode]).toEqual([0, null]);
  });

  it("follows a log from its first line when nothing was written before, and ends when it is refused", async () => {
    const run = sluiceLogs("-n", "1", "-f");
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(0), patient);
    await write(0, 4);
    await vi.waitFor(() => expect(textsOf(run.out())).toEqual(range(0, 4)), patient);
    troubles = [404];
    await run.ended;
    expect([run.child.exitCode, run.err()]).toEqual([1, expect.stringContaining("There is no endpoint.") as string]);
  });

  it("does not wait for a server that is away before it said anything", async () => {
    troubles = [502];
    const run = sluiceLogs("-f");
    await run.ended;
    expect([run.child.exitCode, run.err()]).toEqual([1, "The server answered 502.\n→ Try again, and check that the product runs.\n"]);
  });
});
