import { expect, it } from "vitest";
import { readRoutingFile, routingFile } from "./routing-file";
import { corsDefaults, noRoutingOptions, type RoutingOptions } from "./types";

const all: RoutingOptions = {
  sticky: { by: "cookie", name: "visitor", setCookie: true },
  cors: {
    origins: ["https://app.example", "http://localhost:3000"],
    methods: ["POST"],
    headers: ["authorization"],
    exposedHeaders: ["x-model"],
    maxAgeSeconds: 5,
  },
  pinBy: ["path", "host"],
  modelErrors: "unchanged",
  compression: true,
};

it("settings are written with the names of YAML, and read back as they were", () => {
  expect(routingFile(all)).toMatchObject({
    sticky: { set_cookie: true },
    cors: { exposed_headers: ["x-model"], max_age_seconds: 5 },
    pin_by: ["path", "host"],
    model_errors: "unchanged",
  });
  for (const options of [all, noRoutingOptions]) expect(readRoutingFile(routingFile(options))).toEqual({ ok: true, data: options });
});

it("what a file leaves out stays out, but for the parts of a setting, which have defaults", () => {
  expect(readRoutingFile({})).toEqual({ ok: true, data: {} });
  expect(readRoutingFile({ cors: { origins: ["HTTPS://App.Example/"] } })).toEqual({
    ok: true,
    data: { cors: { ...corsDefaults, origins: ["https://app.example"] } },
  });
  expect(readRoutingFile({ sticky: { by: "header", name: "X-User-Id" }, pin_by: [] })).toEqual({
    ok: true,
    data: { sticky: { by: "header", name: "x-user-id", setCookie: false }, pinBy: [] },
  });
  expect(readRoutingFile({ model_errors: "mapped", compression: false })).toEqual({ ok: true, data: { modelErrors: "mapped", compression: false } });
});

it.each([
  [{ stiky: null }, ["the file"]],
  [null, ["the file"]],
  [{ sticky: { by: "address", name: "a" } }, ["sticky.by"]],
  [{ sticky: { by: "header", name: "cookie" } }, ["sticky.name"]],
  [
    { cors: { origins: ["https://a.example/path"], exposed_headers: ["a b"], max_age_seconds: -1 } },
    ["cors.origins.0", "cors.exposed_headers.0", "cors.max_age_seconds"],
  ],
  [{ pin_by: ["query"] }, ["pin_by.0"]],
  [{ model_errors: "raw", compression: "gzip" }, ["model_errors", "compression"]],
])("%o is refused at the file's own fields, each with a reason and what to do", (value, paths) => {
  const read = readRoutingFile(value);
  const fields = read.ok ? [] : read.error.fields;
  expect(fields.map(({ path }) => path)).toEqual(paths);
  for (const { path, message, remedy } of fields) {
    expect(read.ok ? "" : read.error.message).toContain(`${path}: ${message}`);
    expect(remedy).toEqual(expect.stringMatching(/\S/));
  }
});
