import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { grpcStatusOf, scoringErrorCodes } from "#server/domain/routing/error-codes";
import { callGrpc } from "#server/testing/grpc/client";
import { callGateway, type Answer } from "#server/testing/wire/client";
import { sendBytes, shakeHands, statusesOf } from "#server/testing/wire/socket";
import { WireWorld } from "#server/testing/wire/world";
import { conformanceAreas, saidText } from "./table";
import type { Answered, Call, ConformanceCase, GrpcAnswered, GrpcCall, Wire, WireAnswered } from "./types";

let world: WireWorld;

beforeAll(async () => {
  world = await WireWorld.start();
});
afterAll(() => world.stop());

type Seen = Readonly<Record<string, string | string[] | undefined>>;

/** The headers that a case speaks of as it expects them, so that a failure shows all of them at once. */
function compareHeaders(expected: Answered["headers"] = {}, actual: Seen) {
  const names = Object.keys(expected);
  const told = (name: string) => (actual[name] === undefined ? null : [actual[name]].flat().join(", "));
  const shown = (name: string) => {
    const [wanted, value] = [expected[name], told(name)];
    return wanted instanceof RegExp && value !== null && wanted.test(value) ? wanted : value;
  };
  expect(Object.fromEntries(names.map((name) => [name, shown(name)]))).toEqual(expected);
}

function expectOwn(answer: Answer, name: keyof typeof scoringErrorCodes, says: Answered["says"]): void {
  const { code, status } = scoringErrorCodes[name];
  const message = saidText(name, says);
  expect([answer.status, answer.headers["x-ms-error-code"]]).toEqual([status, code]);
  const requestId = answer.headers["x-request-id"];
  expect(JSON.parse(answer.body.toString())).toEqual({ error: { code, message, requestId } });
  expect([answer.headers["content-type"], answer.headers["x-ms-request-id"]]).toEqual(["application/json", requestId]);
}

/** What the models saw since it was asked last; whatever a case is about, no credential is in it. */
function takeSeen() {
  const seen = world.takeSeen();
  expect(JSON.stringify(seen.map(({ headers }) => headers))).not.toMatch(/key-(1|2|other)|slk_|eyJ|authorization/i);
  return seen;
}

function expectModel(expected: Answered["model"]): void {
  const seen = takeSeen();
  if (expected === undefined) return;
  if (expected === null) {
    expect(seen).toEqual([]);
    return;
  }
  expect(seen).toHaveLength(1);
  const [echo] = seen;
  if (echo === undefined) throw new Error("unreachable: one request was seen");
  const { headers, trailers, name, ...plain } = expected;
  expect({ ...echo, name: echo.model }).toMatchObject({ ...plain, ...(name === undefined ? {} : { name }) });
  compareHeaders(headers, echo.headers);
  if (trailers !== undefined) expect(echo.trailers).toEqual(trailers);
}

/** The body as the model gave it; a compressed one is smaller. */
function unpacked({ headers, body }: Answer): Buffer {
  if (headers["content-encoding"] !== "gzip") return body;
  const whole = gunzipSync(body);
  expect(body.length).toBeLessThan(whole.length);
  return whole;
}

async function checkCall(call: Call, expected: Answered): Promise<void> {
  const answer = await callGateway(world.doors, call);
  const { status, code, says, headers, text, trailers, after = 0, before = Infinity, spread = 0, bytes, model } = expected;
  if (code !== undefined) expectOwn(answer, code, says);
  if (status !== undefined) expect(answer.status, answer.body.subarray(0, 500).toString()).toBe(status);
  compareHeaders(headers, answer.headers);
  if (text !== undefined) expect(unpacked(answer).toString()).toBe(text);
  if (trailers !== undefined) expect(answer.trailers).toMatchObject(trailers);
  if (bytes !== undefined) expect(unpacked(answer).length).toBe(bytes);
  expect(answer.elapsedMs).toBeGreaterThanOrEqual(after);
  expect(answer.elapsedMs).toBeLessThan(before);
  expect(answer.spreadMs).toBeGreaterThanOrEqual(spread);
  expectModel(model);
}

async function checkCalls(calls: readonly Call[], outcomes: Readonly<Record<string, number>>, atOnce: number | undefined): Promise<void> {
  for (const model of world.models.values()) model.mostRunning = 0;
  const counts: Record<string, number> = {};
  for (const answer of await Promise.all(calls.map((call) => callGateway(world.doors, call)))) {
    const code = answer.headers["x-ms-error-code"];
    if (answer.status === 429) expect(answer.headers["retry-after"]).toBe("1");
    const outcome = [String(answer.status), ...(code === undefined ? [] : [String(code)])].join(" ");
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  expect(counts).toEqual(outcomes);
  takeSeen();
  if (atOnce !== undefined)
    for (const name of new Set(calls.map(({ pin = "blue" }) => pin))) expect(world.models.get(name)?.mostRunning).toBeLessThanOrEqual(atOnce);
}

async function checkWire({ send, end = false }: Wire, { statuses, closed, reached, holds = [] }: WireAnswered): Promise<void> {
  const heard = await sendBytes(world.doors.plain, send, { end, silenceMs: 3000, enough: (text) => statusesOf(text).length >= statuses.length });
  expect(statusesOf(heard.text), heard.text.slice(0, 500)).toEqual(statuses);
  if (closed !== undefined) expect(heard.closed).toBe(closed);
  for (const text of holds) expect(heard.text).toContain(text);
  expect(takeSeen().map(({ method, url }) => `${method} ${url}`)).toEqual(reached);
}

function expectCalled(expected: GrpcAnswered["model"]): void {
  const seen = world.takeCalls();
  expect(JSON.stringify(seen)).not.toMatch(/key-(1|2|other)|authorization/i);
  if (expected === undefined) return;
  expect(seen).toHaveLength(expected === null ? 0 : 1);
  if (expected === null) return;
  const { metadata, ...plain } = expected;
  expect(seen[0]).toMatchObject(plain);
  compareHeaders(metadata, seen[0]?.metadata ?? {});
}

async function checkGrpc(call: GrpcCall, expected: GrpcAnswered): Promise<void> {
  const { code: own, says, metadata, trailers, after = 0, before = Infinity, spread = 0, model, ...plain } = expected;
  const { code, messages, ...answer } = await callGrpc(world.doors, call);
  const said = { status: code, details: answer.details, messages: messages.map(String) };
  expect(said).toMatchObject(own === undefined ? plain : { status: grpcStatusOf(own), details: saidText(own, says), messages: [] });
  if (own !== undefined) {
    expect(answer.metadata).toEqual({});
    compareHeaders({ "x-ms-error-code": own, "x-request-id": /^[0-9a-f-]{36}$/, "content-type": "application/grpc" }, answer.trailers);
  }
  compareHeaders(metadata, answer.metadata);
  compareHeaders(trailers, answer.trailers);
  expect(answer.elapsedMs).toBeGreaterThanOrEqual(after);
  expect(answer.elapsedMs).toBeLessThan(before);
  expect(answer.spreadMs).toBeGreaterThanOrEqual(spread);
  expectCalled(model);
}

async function check(one: ConformanceCase): Promise<void> {
  world.takeSeen();
  world.takeCalls();
  if ("grpc" in one) await checkGrpc(one.grpc, one.said);
  else if ("call" in one) await checkCall(one.call, one.answer);
  else if ("calls" in one) await checkCalls(one.calls, one.outcomes, one.atOnce);
  else if ("wire" in one) await checkWire(one.wire, one.answers);
  else expect(await shakeHands(world.doors.tls, one.tls.version, one.tls.offers ?? [])).toBe(one.agreed);
}

describe.each(conformanceAreas)("$title", ({ cases }) => {
  for (const one of cases) it(one.name, () => check(one));
});
