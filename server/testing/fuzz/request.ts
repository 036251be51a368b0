/** What is behind the gateway: `alpha` sends all to alpha-1 and has alpha-2 beside it, `bravo` has bravo-1. */
export const fuzzKeys = { alpha: "key-of-alpha-7f3a", bravo: "key-of-bravo-91cd" } as const;
export type FuzzEndpoint = keyof typeof fuzzKeys;

/** One request: `POST <target>` with the lines given; a length is added where the lines bring no framing of their own. */
export interface Draft {
  readonly method?: string;
  readonly target?: string;
  readonly lines?: readonly string[];
  readonly body?: string;
  readonly key?: string | null;
  readonly host?: string | null;
}

export function requestText(number: number, draft: Draft): string {
  const {
    method = "POST",
    target = `/endpoints/alpha/score?attack=${String(number)}`,
    lines = [],
    body = "{}",
    key = fuzzKeys.alpha,
    host = "gateway",
  } = draft;
  const framed = lines.some((line) => /length|transfer/i.test(line));
  return [
    `${method} ${target} HTTP/1.1`,
    ...(host === null ? [] : [`host: ${host}`]),
    ...(key === null ? [] : [`authorization: Bearer ${key}`]),
    `x-attack: ${String(number)}`,
    ...lines,
    ...(framed ? [] : [`content-length: ${String(body.length)}`]),
    "",
    body,
  ].join("\r\n");
}
