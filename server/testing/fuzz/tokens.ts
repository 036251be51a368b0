import { createHmac } from "node:crypto";
import { TestIssuer } from "#server/testing/tokens";
import type { Random } from "./random";
import { requestText } from "./request";

/** Whom the endpoint `charlie` trusts. No attack holds a token of theirs that is good there. */
export const fuzzIssuer = new TestIssuer("fuzz");
export const fuzzTrust = fuzzIssuer.trust({ audience: "ep_c" });
const stranger = new TestIssuer("fuzz");

const part = (value: unknown): string => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const good = { iss: "urn:test", aud: "ep_c", sub: "intruder" };
const now = (): number => Math.floor(Date.now() / 1000);

function hmac(secret: string | Buffer): string {
  const text = `${part({ alg: "HS256", kid: "fuzz" })}.${part({ ...good, exp: now() + 3600 })}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

/** A token that is wrong in one way or a few. */
function hostileToken(random: Random): string {
  const body = { ...good, exp: now() + 3600 };
  const valid = fuzzIssuer.token({ ...good, aud: "ep_c" });
  const [head = "", payload = "", signature = ""] = valid.split(".");
  const spki = Buffer.from(fuzzIssuer.key.spki, "base64");
  return random.pick([
    () => `${part({ alg: random.pick(["none", "None", "NONE", "", "nOnE"]), kid: "fuzz" })}.${part(body)}.`,
    () => `${part({ alg: "none", kid: "fuzz" })}.${part(body)}.${signature}`,
    () => hmac(random.pick<string | Buffer>([fuzzIssuer.publicPem, fuzzIssuer.publicPem.trim(), spki, fuzzIssuer.key.spki, "", "fuzz"])),
    () => valid.slice(0, 1 + random.below(valid.length - 1)),
    () => valid.replaceAll(".", ""),
    () => `${head}${payload}.${signature}`,
    () => random.pick([".", "..", "...", ".".repeat(300), `${head}..${signature}`, `.${payload}.${signature}`, `${head}.${payload}.`]),
    () => `${valid}.${random.pick(["", signature, "x"])}`,
    () => `${head}.${part({ ...body, pad: "x".repeat(random.below(9000)) })}.${signature}`,
    () => `${part({ alg: "ES256", kid: "x".repeat(random.below(6000)) })}.${payload}.${signature}`,
    () => stranger.token(good),
    () => stranger.token(good, { jwk: { kty: "EC" }, x5u: "http://127.0.0.1/", jku: "http://127.0.0.1/" }),
    () => fuzzIssuer.token({ ...good, aud: random.pick<unknown>(["ep_a", "ep_b", ["ep_a"], '["ep_c"]', { ep_c: 1 }, null, ""]) }),
    () => fuzzIssuer.token({ ...good, iss: random.pick<unknown>(["urn:test2", null, ["urn:test"], "", "urn:test\0"]) }),
    () => fuzzIssuer.token({ ...good, exp: random.pick<unknown>([0, -1, now() - 400, "soon", null, [now() + 99], {}]) }),
    () => fuzzIssuer.token({ ...good, nbf: now() + 4000 }),
    () => fuzzIssuer.token(good, { alg: random.pick<unknown>(["RS256", "ES384", "HS256", "es256", "", null, ["ES256"], { alg: "ES256" }]) }),
    () =>
      fuzzIssuer.token(good, {
        kid: random.pick<unknown>(["charlie|fuzz", "fuzz\0", "../fuzz", "FUZZ", "", null, ["fuzz"], "*", "fuzz;show info", "certs/x.pem"]),
      }),
    () => `${part('{"alg":"none","alg":"ES256","kid":"fuzz"}')}.${part(body)}.${signature}`,
    // Signatures of nothing but zeros, or in the other notation, were taken by some libraries.
    () => `${head}.${part(body)}.${Buffer.alloc(64).toString("base64url")}`,
    () => `${head}.${part(body)}.${Buffer.from("3006020100020100", "hex").toString("base64url")}`,
    () => `${head}.${part(random.bytes(40))}.${signature}`,
    () => `${part(random.bytes(30))}.${payload}.${signature}`,
    () => random.bytes(60).replace(/[\r\n]/g, ""),
  ])();
}

/** A call of `charlie` with a hostile token, at times with several. */
export function tokenAttack(random: Random, number: number): string {
  const target = `/endpoints/charlie/score?attack=${String(number)}`;
  const count = random.chance(0.2) ? 2 + random.below(3) : 1;
  const lines = Array.from({ length: count }, () => `authorization: ${random.pick(["Bearer", "bearer", "Bearer "])} ${hostileToken(random)}`);
  return requestText(number, { target, key: null, lines });
}
