import { describe, expect, it } from "vitest";
import { judgeDomainName } from "./domain-name";

const own = { host: "gateway.example.com", domain: "endpoints.gateway.example.com" };
const judged = (name: string) => {
  const outcome = judgeDomainName(name, own);
  return outcome.ok ? outcome.data : outcome.error.code;
};

describe("a domain of an endpoint's own", () => {
  it.each([
    ["score.example.com", "score.example.com"],
    [" Score.Example.COM. ", "score.example.com"],
    ["a.xn--p1ai", "a.xn--p1ai"],
    ["endpoints.gateway.example.com.example.org", "endpoints.gateway.example.com.example.org"],
  ])("%j is kept as %j", (wish, name) => expect(judged(wish)).toBe(name));

  it.each([
    "",
    "localhost",
    "*.example.com",
    "https://score.example.com",
    "score.example.com:443",
    "score.example.com/x",
    "127.0.0.1",
    "::1",
    "-a.example.com",
    "a-.example.com",
    "a..example.com",
    "a b.example.com",
    "a|b.example.com",
    "a;b.example.com",
    "é.example.com",
    `${"x".repeat(64)}.example.com`,
    `${"x.".repeat(126)}example.com`,
  ])("%j is no host name", (wish) => expect(judged(wish)).toBe("domain.name_invalid"));

  it.each(["gateway.example.com", "endpoints.gateway.example.com", "demo.endpoints.gateway.example.com", "A.B.Endpoints.Gateway.Example.com"])(
    "%j is the installation's own",
    (wish) => expect(judged(wish)).toBe("domain.name_reserved"),
  );
});
