import { grpcStatusOf, scoringErrorCodes } from "#server/domain/routing/error-codes";
import { answerAreas } from "./answer-cases";
import { answerOptionAreas } from "./answer-option-cases";
import { callerAreas } from "./caller-cases";
import { browserAreas } from "./browser-cases";
import { carryAreas } from "./carry-cases";
import { framingAreas } from "./framing-cases";
import { grpcAreas } from "./grpc-cases";
import { identityAreas } from "./identity-cases";
import { limitAreas } from "./limit-cases";
import { protocolAreas } from "./protocol-cases";
import { routingAreas } from "./routing-cases";
import { addressPinAreas } from "./address-pin-cases";
import { stickyAreas } from "./sticky-cases";
import { streamAreas } from "./stream-cases";
import { tokenAreas } from "./token-cases";
import type { Answered, Area, Body, Call, ConformanceCase, GrpcAnswered, GrpcCall, TokenWish, Wire, WireAnswered } from "./types";

/** Every case, by what it is about. */
export const conformanceAreas: readonly Area[] = [
  ...routingAreas,
  ...callerAreas,
  ...tokenAreas,
  ...addressPinAreas,
  ...stickyAreas,
  ...browserAreas,
  ...identityAreas,
  ...carryAreas,
  ...streamAreas,
  ...answerAreas,
  ...answerOptionAreas,
  ...limitAreas,
  ...protocolAreas,
  ...framingAreas,
  ...grpcAreas,
];

/** Long runs of one letter are told by their length. */
const shorten = (text: string): string => text.replace(/(.)\1{39,}/gs, (run, letter: string) => `${letter}…(${String(run.length)})`);
const visible = (text: string): string => JSON.stringify(shorten(text)).slice(1, -1).replaceAll('\\"', '"');
const code = (text: string): string =>
  `<code>${visible(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("|", "&#124;").replaceAll("*", "&#42;").replaceAll("_", "&#95;")}</code>`;
const lines = (parts: readonly (string | false | undefined)[]): string => parts.filter((part) => typeof part === "string").join("<br>");

const bodyText = (body: Body): string =>
  typeof body === "string" ? code(body) : `${String(body.bytes)} bytes${body.chunked === true ? " without a length" : ""}`;

function tokenText({ by = "ours", says, header, ends, begins, form }: TokenWish): string {
  const minutes = (count: number): string => `${String(Math.abs(count))} minutes ${count < 0 ? "ago" : "from now"}`;
  const whose = { ours: "a token", provider: "a token of the provider", stranger: "a token of a stranger" }[by];
  const parts = [
    ...(form === undefined
      ? []
      : [
          { hmac: "signed by HS256 with the public key", unsigned: "without a signature", "one part": "its first part", "two parts": "its first two parts" }[
            form
          ],
        ]),
    ...(header === undefined ? [] : [`header ${code(JSON.stringify(header))}`]),
    ...(says === undefined ? [] : [`that says ${code(JSON.stringify(says))}`]),
    ...(begins === undefined ? [] : [`that begins ${minutes(begins)}`]),
    ...(ends === undefined ? [] : [`that ends ${minutes(ends)}`]),
  ];
  return [whose, ...parts].join(", ");
}

function callText(call: Call): string {
  const { over = "https", method = "POST", path = "/endpoints/demo/score", key = "key-1", token, pin, headers = {}, model, body, trailers } = call;
  const door = over === "https" ? "" : over === "h2" ? " over HTTP/2" : " without TLS";
  return lines([
    code(`${method} ${path}`) + door,
    token !== undefined ? tokenText(token) : key === null ? "no key" : key !== "key-1" && code(`authorization: Bearer ${key}`),
    pin !== undefined && code(`azureml-model-deployment: ${pin}`),
    ...Object.entries(headers).flatMap(([name, values]) => (Array.isArray(values) ? values : [values]).map((value) => code(`${name}: ${String(value)}`))),
    model !== undefined && code(`x-do: ${model}`),
    body !== undefined && body !== null && `body: ${bodyText(body)}`,
    trailers !== undefined && `trailer ${code(JSON.stringify(trailers))}`,
  ]);
}

function headerText([name, expected]: [string, string | RegExp | null]): string {
  if (expected === null) return `no ${code(name)}`;
  return code(expected instanceof RegExp ? `${name}: ${String(expected)}` : `${name}: ${expected}`);
}

function modelText(model: Answered["model"]): string | undefined {
  if (model === undefined) return undefined;
  if (model === null) return "no model sees it";
  const { name, method, url, bytes, headers = {}, trailers } = model;
  const seen = [method, url].filter((part) => part !== undefined).join(" ");
  const parts = [
    ...(seen === "" ? [] : [code(seen)]),
    ...Object.entries(headers).map(headerText),
    ...(trailers === undefined ? [] : [`trailer ${code(JSON.stringify(trailers))}`]),
    ...(bytes === undefined ? [] : [`${String(bytes)} bytes`]),
  ];
  return `model ${[...(name === undefined ? [] : [code(name)]), "sees it"].join(" ")}${parts.length > 0 ? `: ${parts.join(", ")}` : ""}`;
}

/** The sentence of an error of ours with what a case says of its names in braces. */
export const saidText = (name: keyof typeof scoringErrorCodes, says: Readonly<Record<string, string>> = {}): string =>
  scoringErrorCodes[name].message.replaceAll(/\{([a-z]+)\}/g, (whole, fact: string) => says[fact] ?? whole);

function answerText(answer: Answered): string {
  const { status, code: own, says, headers = {}, text, trailers, after, before, spread, bytes, model } = answer;
  return lines([
    own === undefined ? status !== undefined && code(String(status)) : code(`${String(scoringErrorCodes[own].status)} ${own}`),
    says !== undefined && own !== undefined && saidText(own, says),
    ...Object.entries(headers).map(headerText),
    text !== undefined && `body: ${text === "" ? "none" : code(text)}`,
    bytes !== undefined && `${String(bytes)} bytes`,
    trailers !== undefined && `trailer ${code(JSON.stringify(trailers))}`,
    after !== undefined && `after ${String(after)} ms or more`,
    before !== undefined && `within ${String(before)} ms`,
    spread !== undefined && `spread over ${String(spread)} ms or more`,
    modelText(model),
  ]);
}

function grpcCallText({ method = "Say", path, host, key = "key-1", pin, metadata = {}, model, messages = ["{}"], deadlineMs }: GrpcCall): string {
  return lines([
    path === undefined ? code(method) : code(path),
    host !== undefined && `at ${code(host)}`,
    key === null ? "no key" : key !== "key-1" && code(`authorization: Bearer ${key}`),
    pin !== undefined && code(`azureml-model-deployment: ${pin}`),
    ...Object.entries(metadata).map(([name, value]) => code(`${name}: ${value}`)),
    model !== undefined && code(`x-do: ${model}`),
    ...messages.filter((message) => message !== "{}").map((message) => `message: ${bodyText(message)}`),
    deadlineMs !== undefined && `deadline after ${String(deadlineMs)} ms`,
  ]);
}

function grpcAnswerText(said: GrpcAnswered): string {
  const { status, code: own, says, details, messages, metadata = {}, trailers = {}, after, before, spread, model } = said;
  const seen = model == null ? [] : [...(model.method === undefined ? [] : [code(model.method)]), ...Object.entries(model.metadata ?? {}).map(headerText)];
  return lines([
    own === undefined ? status !== undefined && code(`grpc-status: ${String(status)}`) : code(`grpc-status: ${String(grpcStatusOf(own))} ${own}`),
    says !== undefined && own !== undefined && saidText(own, says),
    details !== undefined && code(`grpc-message: ${details}`),
    messages !== undefined && (messages.length === 0 ? "no message" : `messages: ${messages.map(code).join(", ")}`),
    ...Object.entries(metadata).map(headerText),
    ...Object.entries(trailers).map((entry) => `trailer ${headerText(entry)}`),
    after !== undefined && `after ${String(after)} ms or more`,
    before !== undefined && `within ${String(before)} ms`,
    spread !== undefined && `spread over ${String(spread)} ms or more`,
    model === null
      ? "no model sees it"
      : model !== undefined &&
        `model ${[...(model.name === undefined ? [] : [code(model.name)]), "sees it"].join(" ")}${seen.length > 0 ? `: ${seen.join(", ")}` : ""}`,
  ]);
}

const wireText = ({ send, end }: Wire): string =>
  lines([
    code(send.filter((part) => typeof part === "string").join("")),
    end === true && "the caller ends its side",
    send.some((part) => Number(part) >= 1000) && "then nothing",
  ]);

const wireAnswerText = ({ statuses, closed, reached, holds = [] }: WireAnswered): string =>
  lines([
    code(statuses.join(", ")),
    closed === true ? "connection closed" : closed === false && "connection open",
    ...holds.map((text) => `holds ${code(text)}`),
    reached.length === 0 ? "no model sees it" : `models see ${reached.map(code).join(", ")}`,
  ]);

/** Equal calls are told once. */
function callsText(calls: readonly Call[]): string {
  const counts = new Map<string, number>();
  for (const call of calls) counts.set(callText(call), (counts.get(callText(call)) ?? 0) + 1);
  return lines([...counts].map(([text, count]) => `${String(count)} × ${text}`));
}

function cells(one: ConformanceCase): [string, string] {
  if ("call" in one) return [callText(one.call), answerText(one.answer)];
  if ("grpc" in one) return [grpcCallText(one.grpc), grpcAnswerText(one.said)];
  if ("wire" in one) return [wireText(one.wire), wireAnswerText(one.answers)];
  if ("tls" in one) return ["a handshake", one.agreed === null ? "refused" : code(one.agreed)];
  const outcomes = Object.entries(one.outcomes).map(([outcome, count]) => `${String(count)} × ${code(outcome)}`);
  return [callsText(one.calls), lines([...outcomes, one.atOnce !== undefined && `never more than ${String(one.atOnce)} at the model at once`])];
}

const areaText = ({ title, cases }: Area): string[] => [
  `## ${title}`,
  "",
  "| Case | Request | Answer | Rule |",
  "|---|---|---|---|",
  ...cases.map((one) => `| ${one.name} | ${cells(one).join(" | ")} | ${one.rule} |`),
  "",
];

/** The page of the documentation. */
export function conformancePage(): string {
  const count = conformanceAreas.reduce((sum, { cases }) => sum + cases.length, 0);
  return [
    "# Conformance of the gateway",
    "",
    `${String(count)} cases that the tests run on the real gateway with a plain HTTP client: what a caller sends, what comes back, and the rule behind it.`,
    "Where a request says no more it is sent over TLS with a current key of the endpoint and a small JSON body. The endpoint `demo` sends all its traffic to the",
    "deployment `blue`; the models answer what they got, and do what the request's header `x-do` asks for. `…(n)` stands for n times the letter before it.",
    "Calls of gRPC go to `talk.endpoints.example.com`, unless another host is named, and send `{}`; only the method's name is told.",
    "",
    "Generated from `server/gateway/conformance/`; change that, then run `npx vitest run --project unit server/gateway/conformance -u`.",
    "",
    ...conformanceAreas.flatMap(areaText),
  ].join("\n");
}
