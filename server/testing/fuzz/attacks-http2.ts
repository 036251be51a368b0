import { fuzzKeys } from "./request";
import type { Random } from "./random";

const number31 = (value: number): string => String.fromCharCode((value >>> 24) & 127, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
const frame = (type: number, flags: number, stream: number, payload: string): string =>
  number31(payload.length).slice(1) + String.fromCharCode(type, flags) + number31(stream) + payload;

/** A header as a literal without index or compression; long texts by HPACK's continuation of the length. */
function text(value: string): string {
  if (value.length < 127) return String.fromCharCode(value.length) + value;
  let [rest, length] = [value.length - 127, "\x7f"];
  for (; rest >= 128; rest >>>= 7) length += String.fromCharCode((rest & 127) | 128);
  return length + String.fromCharCode(rest) + value;
}
const literal = ([name, value]: readonly [string, string]): string => `\0${text(name)}${text(value)}`;

/** HTTP/2 without TLS, which the door for plain HTTP reads too: names and values that a request line or a header line could not hold. */
export function http2Attack(random: Random, number: number): string {
  const mark = `?attack=${String(number)}`;
  const evil = random.pick([
    "\r\nx: y",
    "\n",
    "\0",
    " HTTP/1.1\r\nhost: bravo\r\n\r\n",
    `\r\n\r\nGET /endpoints/bravo/score${mark} HTTP/1.1\r\n\r\n`,
    ":",
    " ",
    "\x7f",
    "",
  ]);
  // One thing wrong at a time gets further than many.
  const wrong = random.pick(["method", "scheme", "path", "authority", "header", "header", "header", "frames", "frames"]);
  const where = (part: string, right: string, others: readonly string[]): string => (wrong === part ? random.pick([`${right}${evil}`, ...others]) : right);
  const headers: [string, string][] = [
    [":method", where("method", "POST", ["GET", "CONNECT", "post", ""])],
    [":scheme", where("scheme", "http", ["https", "file", ""])],
    [
      ":path",
      where("path", `/endpoints/alpha/score${mark}`, [
        `/endpoints/bravo/score${mark}`,
        `/endpoints/alpha/../bravo/score${mark}`,
        `http://bravo/endpoints/bravo/score${mark}`,
        "*",
        "",
      ]),
    ],
    [":authority", where("authority", "gateway", ["bravo", "a@b", ""])],
    ["authorization", `Bearer ${fuzzKeys.alpha}`],
    ["x-attack", String(number)],
  ];
  const extras: [string, string][][] = [
    [["transfer-encoding", "chunked"]],
    [["content-length", String(random.below(50))]],
    [
      ["content-length", "2"],
      ["content-length", "50"],
    ],
    [["X-UPPER", "a"]],
    [[`x-a${evil}`, "b"]],
    [["x-a", `b${evil}`]],
    [["connection", "keep-alive"]],
    [["host", "bravo"]],
    [[":path", "/endpoints/bravo/score"]],
    [[":deployment", "alpha-2"]],
    [["x-sluice-to", "alpha-2"]],
    [["x-long", "x".repeat(random.below(40_000))]],
    [["te", "trailers"]],
    [["upgrade", "websocket"]],
  ];
  const extra = wrong === "header" ? random.pick(extras) : [];
  const odd = wrong === "frames";
  const order = random.chance(0.1) ? [...extra, ...headers] : [...headers, ...extra];
  const block = order.map(literal).join("");
  const body = random.pick(["", "{}", random.bytes(30), `0\r\n\r\nGET /endpoints/bravo/score${mark} HTTP/1.1\r\n\r\n`]);
  const pieces = [
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    frame(4, 0, 0, odd && random.chance(0.1) ? random.bytes(random.below(40)) : ""),
    block.length < 16_000
      ? frame(1, odd ? random.pick([4, 5, 0]) : 4, odd ? random.pick([1, 1, 1, 2, 0]) : 1, block)
      : frame(1, 0, 1, block.slice(0, 16_000)) + frame(9, 4, 1, block.slice(16_000, 32_000)),
    frame(0, odd ? random.below(2) : 1, odd ? random.pick([1, 1, 3]) : 1, body),
    ...(odd && random.chance(0.5) ? [frame(random.below(12), random.below(256), random.below(6), random.bytes(random.below(60)))] : []),
    ...(odd && random.chance(0.2)
      ? Array.from({ length: 20 }, (_, index) => frame(1, 5, 3 + 2 * index, block.slice(0, 300)) + frame(3, 0, 3 + 2 * index, "\0\0\0\x08"))
      : []),
  ];
  return pieces.join("");
}
