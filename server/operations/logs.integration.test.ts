import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemSchema } from "#server/contract/common";
import { logPageSchema, type LogPage } from "#server/contract/monitoring";
import { systemClock } from "#server/kernel/clock";
import { openLogWriter } from "#server/telemetry/logs/writer";
import { instanceLogPath } from "#server/telemetry/paths";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { buildDeployment, buildEndpoint } from "#server/testing/builders";
import { GET } from "../../app/api/v1/endpoints/[endpoint]/logs/route";

const lineCount = 2600;
const origin = Date.UTC(2026, 10, 24, 8);
let world: ApiWorld;
let token = "";
let endpoint = "";

/** Lines of two deployments in turn, as their containers wrote them. */
beforeAll(async () => {
  world = await createApiWorld();
  const { store } = world.database;
  const row = await buildEndpoint(store, world.workspaceId);
  endpoint = row.name;
  token = await world.tokenFor((await world.as("reader")).actor);
  const writers = await Promise.all(
    ["blue", "green"].map(async (name) => {
      const { id } = await buildDeployment(store, row, { name });
      const file = instanceLogPath(world.runtime.settings.home, id, "inference-server", `ins_${name}`);
      return openLogWriter({ file, maxBytes: 64 * 1024 * 1024, clock: systemClock, linesPerSecond: 1_000_000 });
    }),
  );
  for (let index = 0; index < lineCount; index += 1) writers[index % 2]?.write({ at: origin + Math.floor(index / 3), stream: "stdout", text: `line ${index}` });
  await Promise.all(writers.map((writer) => writer.flush()));
});
afterAll(() => world.close());

async function ask(query: Readonly<Record<string, string>>): Promise<Response> {
  const url = `http://127.0.0.1:3000/api/v1/endpoints/${endpoint}/logs?${new URLSearchParams(query).toString()}`;
  const headers = { host: "127.0.0.1:3000", authorization: `Bearer ${token}` };
  return GET(new Request(url, { headers }), { params: Promise.resolve({ endpoint }) });
}
async function read(query: Readonly<Record<string, string>>): Promise<LogPage> {
  const response = await ask(query);
  expect(response.status).toBe(200);
  return logPageSchema.parse(await response.json());
}
const numbersOf = (page: LogPage): readonly number[] => page.lines.map((line) => Number(line.text.split(" ")[1])).sort((a, b) => a - b);
const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe("the log of an endpoint, by the management API", () => {
  it("is paged back from its newest line to its oldest, over both deployments, whole", async () => {
    let page = await read({ limit: "700" });
    expect(page.sources.map((source) => source.instanceId).sort()).toEqual(["ins_blue", "ins_green"]);
    const pages = [page];
    while (page.older !== null) pages.push((page = await read({ limit: "700", before: page.older })));
    expect(pages).toHaveLength(4);
    expect(pages.flatMap(numbersOf).sort((a, b) => a - b)).toEqual(range(0, lineCount));
  });

  it("opens at any line and goes on from there both ways", async () => {
    const all = await read({ limit: "5000" });
    const middle = all.lines[1000]?.id ?? "";
    const from = await read({ limit: "400", from: middle });
    const after = await read({ limit: "5000", after: from.next ?? "" });
    const before = await read({ limit: "5000", before: from.older ?? "" });
    expect([...before.lines, ...from.lines, ...after.lines]).toEqual(all.lines);
    expect([before.lines.length, from.lines.length, before.older]).toEqual([1000, 400, null]);
  });

  it("shows one deployment when asked", async () => {
    const page = await read({ limit: "5000", deployment: "green" });
    expect(new Set(page.lines.map((line) => line.deployment))).toEqual(new Set(["green"]));
    expect(page.lines).toHaveLength(lineCount / 2);
  });

  it("refuses two positions at once, and one that was never handed out", async () => {
    for (const query of [{ before: "1.0000.x", from: "1.0000.x" }, { before: "yesterday" }, { after: "yesterday" }]) {
      const response = await ask(query);
      expect(response.status).toBe(400);
      expect(problemSchema.parse(await response.json()).error.code).toBe("log.bad_cursor");
    }
  });
});
