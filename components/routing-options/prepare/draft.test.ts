import { expect, it } from "vitest";
import { corsDefaults, noRoutingOptions, type RoutingOptions } from "#server/domain/routing-options/types";
import { draftOf, problemsOf, sameWish, wishOf, withStickyBy } from "./draft";

const all: RoutingOptions = {
  sticky: { by: "cookie", name: "visitor", setCookie: true },
  cors: {
    origins: ["https://app.example", "http://localhost:3000"],
    methods: ["GET", "POST"],
    headers: ["authorization"],
    exposedHeaders: [],
    maxAgeSeconds: 5,
  },
  pinBy: ["path", "host"],
  modelErrors: "unchanged",
  compression: true,
};
const off = draftOf(noRoutingOptions);

it("fields show what holds, and wish the same unchanged", () => {
  for (const options of [all, noRoutingOptions]) expect(wishOf(draftOf(options))).toEqual(options);
  expect(draftOf(all).origins).toBe("https://app.example\nhttp://localhost:3000");
  expect(wishOf({ ...off, browsers: true, origins: "https://app.example" }).cors).toEqual({ ...corsDefaults, origins: ["https://app.example"] });
});

it("a cookie is given by the gateway only while callers are told apart by one", () => {
  expect(wishOf({ ...draftOf(all), stickyBy: "header", stickyName: "x-user-id" }).sticky).toEqual({ by: "header", name: "x-user-id", setCookie: false });
});

it("a name that nobody typed follows the kind, another stays", () => {
  const header = withStickyBy(off, "header");
  expect([header.stickyName, withStickyBy(header, "cookie").stickyName, withStickyBy(header, "claim").stickyName]).toEqual(["x-user-id", "visitor", "sub"]);
  expect(withStickyBy({ ...header, stickyName: "x-team" }, "cookie").stickyName).toBe("x-team");
  expect(sameWish(withStickyBy(header, "off"), off)).toBe(true);
});

it("two ways to write the same are no change", () => {
  const held = draftOf(all);
  expect(sameWish({ ...held, origins: " HTTPS://App.example/,\nhttp://localhost:3000 ", methods: ["POST", "GET"], pinBy: ["host", "path"] }, held)).toBe(true);
  expect(sameWish({ ...held, origins: "https://app.example" }, held)).toBe(false);
  expect(sameWish({ ...held, origins: "nowhere" }, held)).toBe(false);
});

it("a refused field says why and what to do, by the domain's rules", () => {
  const draft = {
    ...off,
    stickyBy: "header" as const,
    stickyName: "cookie",
    browsers: true,
    origins: "https://a.example app.example",
    methods: [],
    maxAgeSeconds: "",
  };
  expect(problemsOf(draft)).toEqual({
    "sticky.name": "Refused: cookie is the gateway's own and tells no callers apart. Choose a header that callers send, such as x-user-id.",
    "cors.origins": "Refused: app.example is no origin. Write scheme, host and, if it is not the usual one, port, without a path: https://app.example.com.",
    "cors.methods": "Refused: no method is allowed. Scoring needs POST.",
    "cors.maxAgeSeconds": "Refused: this is no number of whole seconds up to a day. 0 to 86400; 600 is usual.",
  });
  expect(problemsOf({ ...draft, stickyBy: "off", browsers: false })).toEqual({});
});
