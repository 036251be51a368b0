import { http2Attack } from "./attacks-http2";
import { bombs, hostTricks, lineTricks, methodTricks, pathTricks, smuggling, spoofs } from "./tricks";
import { tokenAttack } from "./tokens";
import type { Random } from "./random";
import { fuzzKeys, requestText, type Draft, type FuzzEndpoint } from "./request";

export const attackKinds = [
  "random bytes",
  "mutated request",
  "smuggling",
  "line ends",
  "header bomb",
  "path trick",
  "host trick",
  "spoofed headers",
  "credentials elsewhere",
  "method",
  "pin",
  "hostile token",
  "HTTP/2 frames",
  "slowloris",
] as const;
export type AttackKind = (typeof attackKinds)[number];

export interface Attack {
  readonly number: number;
  readonly kind: AttackKind;
  /** One character for each byte. */
  readonly bytes: string;
  /** Endpoints whose key it holds as it is documented: their models may see it, no other may. */
  readonly keys: readonly FuzzEndpoint[];
  /** Whether it holds a pin to alpha-2 as it is documented. */
  readonly pinned: boolean;
}

/** Flips, inserts, repeats and cuts a few bytes, but never of the number that tells where it came from. */
function mutate(random: Random, text: string, number: number): string {
  const marked = (changed: string): boolean => {
    const numbers = [...changed.matchAll(/attack[=:] ?(\d+)/g)].map(([, digits]) => Number(digits));
    return numbers.length > 1 && numbers.every((one) => one === number);
  };
  let result = text;
  for (let round = 1 + random.below(4); round > 0; round -= 1) {
    const at = random.below(result.length);
    const byte = random.pick(["\0", "\r", "\n", " ", "\t", ":", "/", "%", ";", ",", "\x7f", "\xff", String.fromCharCode(random.below(256))]);
    const changed = random.pick([
      result.slice(0, at) + byte + result.slice(at + 1),
      result.slice(0, at) + byte + result.slice(at),
      result.slice(0, at) + result.slice(at + 1 + random.below(8)),
      result.slice(0, at) + result.slice(at, at + random.below(20)) + result.slice(at),
    ]);
    if (marked(changed)) result = changed;
  }
  return result;
}

const elsewhere = (random: Random, number: number): string => {
  const key = random.pick(Object.values(fuzzKeys));
  const target = random.pick([`/endpoints/alpha/score?attack=${String(number)}`, `/endpoints/bravo/score?attack=${String(number)}&key=${key}`]);
  const line = random.pick([
    `x-api-key: ${key}`,
    `cookie: authorization=Bearer ${key}`,
    `authorization: Basic ${key}`,
    `authorization: ${key}`,
    `authorization: Bearer${key}`,
    `authorization: Bearer alpha|${key}`,
    `authorization: Bearer ${key}x`,
    `authorization: Bearer ${key.toUpperCase()}`,
    `proxy-authorization: Bearer ${key}`,
    `x-authorization: Bearer ${key}`,
    `authorization_: Bearer ${key}`,
    `www-authenticate: Bearer ${key}`,
    `x-key-name: primary`,
    `x-key-id: ${key}`,
  ]);
  return requestText(number, { target, key: null, lines: [line] });
};

const pins = (random: Random, number: number): string => {
  const value = random.pick([
    "alpha-2",
    "ALPHA-2",
    "alpha-2,bravo-1",
    "#a",
    "a",
    "bravo-1",
    "dep_alpha-2",
    "alpha-2 x",
    "alpha-2\talpha-1",
    "*",
    "alpha-2;",
    "alpha-2|",
    "alpha|alpha-2",
    "../alpha-2",
    "",
    "x".repeat(70),
    random.bytes(6).replace(/[\r\n]/g, ""),
  ]);
  const lines = [`azureml-model-deployment: ${value}`, ...(random.chance(0.2) ? ["azureml-model-deployment: alpha-1"] : [])];
  return requestText(number, { lines });
};

const makers: Readonly<Record<AttackKind, (random: Random, number: number) => string>> = {
  "random bytes": (random) => random.bytes(1 + random.below(400)),
  "mutated request": (random, number) =>
    mutate(random, requestText(number, random.pick<Draft>([{}, { method: "GET", body: "" }, { lines: ["azureml-model-deployment: alpha-2"] }])), number),
  smuggling,
  "line ends": lineTricks,
  "header bomb": bombs,
  "path trick": pathTricks,
  "host trick": hostTricks,
  "spoofed headers": spoofs,
  "credentials elsewhere": elsewhere,
  method: methodTricks,
  pin: pins,
  "hostile token": tokenAttack,
  "HTTP/2 frames": http2Attack,
  slowloris: (random, number) => requestText(number, {}).slice(0, 20 + random.below(60)),
};

/** Kinds in which a key stands where none is documented, so that no model may see them. */
const withoutKey: readonly AttackKind[] = ["credentials elsewhere", "random bytes", "hostile token"];

/** One in a thousand drips, as each holds a connection for a second; the others come equally often. */
export function makeAttack(random: Random, number: number): Attack {
  const kind = random.chance(0.001) ? "slowloris" : random.pick(attackKinds.slice(0, -1));
  const bytes = makers[kind](random, number);
  const keys = (Object.keys(fuzzKeys) as FuzzEndpoint[]).filter((name) => !withoutKey.includes(kind) && bytes.includes(fuzzKeys[name]));
  // The last one is HTTP/2: name and value follow one another with a byte for the length between.
  const pinned = /azureml-model-deployment(:[ \t\r\n]*|.)alpha-2\s*(\r|\n|[^ -~])/is.test(bytes);
  return { number, kind, bytes, keys, pinned };
}
