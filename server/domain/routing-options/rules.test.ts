import { describe, expect, it } from "vitest";
import { describeRoutingOptions, judgeRoutingOptions } from "./rules";
import { noRoutingOptions, type CorsRules, type RoutingOptions, type StickyRule } from "./types";

const cors: CorsRules = { origins: ["https://app.example"], methods: ["POST"], headers: ["authorization"], exposedHeaders: [], maxAgeSeconds: 600 };
const sticky: StickyRule = { by: "header", name: "x-user-id", setCookie: false };

const judged = (wish: Partial<RoutingOptions>) => judgeRoutingOptions({ ...noRoutingOptions, ...wish });
const paths = (wish: Partial<RoutingOptions>): string[] => {
  const outcome = judged(wish);
  return outcome.ok ? [] : outcome.error.fields.map(({ path }) => path);
};

describe("how an endpoint treats its callers", () => {
  it("is kept in one written form, whatever the letters, ports and slashes", () => {
    const wish = {
      ...cors,
      origins: ["HTTPS://App.Example:443/", "https://app.example", "http://localhost:3000", "http://[::1]:3000"],
      headers: ["Authorization", " "],
    };
    expect(judged({ sticky: { ...sticky, name: " X-User-Id" }, cors: wish, pinBy: ["host", "path", "host"] })).toEqual({
      ok: true,
      data: {
        ...noRoutingOptions,
        sticky,
        cors: { ...cors, origins: ["https://app.example", "http://localhost:3000", "http://[::1]:3000"] },
        pinBy: ["path", "host"],
      },
    });
  });

  it.each(["authorization", "cookie", "host", "x-forwarded-for", "x-sluice-a", "azureml-model-deployment", "x-request-id", "a b", "", "a;b", "a|b"])(
    "is refused for the header %j, by which no callers are told apart",
    (name) => expect(paths({ sticky: { ...sticky, name } })).toEqual(["sticky.name"]),
  );

  it("is refused for a cookie that no browser takes, and for a header that the gateway should give", () => {
    expect(paths({ sticky: { by: "cookie", name: "a=b", setCookie: true } })).toEqual(["sticky.name"]);
    expect(paths({ sticky: { by: "cookie", name: "Visitor_1", setCookie: true } })).toEqual([]);
    expect(paths({ sticky: { ...sticky, setCookie: true } })).toEqual(["sticky.setCookie"]);
  });

  it("is refused for a claim that has no plain name, and for one that the gateway should give", () => {
    expect(paths({ sticky: { by: "claim", name: "https://example.com/team", setCookie: false } })).toEqual(["sticky.name"]);
    expect(paths({ sticky: { by: "claim", name: "sub", setCookie: true } })).toEqual(["sticky.setCookie"]);
    expect(judged({ sticky: { by: "claim", name: " tenantId ", setCookie: false } })).toMatchObject({ ok: true, data: { sticky: { name: "tenantId" } } });
  });

  it.each([
    "null",
    "https://*.example",
    "app.example",
    "https://app.example/path",
    "https://",
    "javascript:alert(1)",
    "https://a.example|b",
    "https://u@a.example",
  ])("is refused for the origin %s", (origin) => expect(paths({ cors: { ...cors, origins: [origin] } })).toEqual(["cors.origins.0"]));

  it("names every refused field with a reason and what to do", () => {
    const outcome = judged({ cors: { origins: [], methods: [], headers: ["a b"], exposedHeaders: ["*"], maxAgeSeconds: -1 } });
    expect(outcome.ok ? [] : outcome.error.fields.map(({ path }) => path)).toEqual([
      "cors.origins",
      "cors.methods",
      "cors.headers.0",
      "cors.exposedHeaders.0",
      "cors.maxAgeSeconds",
    ]);
    for (const { message, remedy } of outcome.ok ? [] : outcome.error.fields) expect([message, remedy]).toEqual([expect.any(String), expect.any(String)]);
    expect(paths({ cors: { ...cors, origins: ["*", "https://app.example"] } })).toEqual(["cors.origins"]);
    expect(paths({ cors: { ...cors, origins: Array.from({ length: 51 }, (_, index) => `https://a${String(index)}.example`) } })).toEqual(["cors.origins"]);
  });

  it("is told in words", () => {
    expect(describeRoutingOptions(noRoutingOptions)).toBe("every call drawn by itself; no browser callers");
    expect(
      describeRoutingOptions({
        sticky: { by: "cookie", name: "visitor", setCookie: true },
        cors: { ...cors, origins: ["*"] },
        pinBy: ["path", "host"],
        modelErrors: "unchanged",
        compression: true,
      }),
    ).toBe(
      "sticky by cookie visitor, given by the gateway; pages of any origin by POST; deployments chosen by path and host name; errors of models unchanged; answers compressed",
    );
  });
});
