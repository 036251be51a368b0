import { afterAll, beforeAll, expect, it } from "vitest";
import { createConnectionSchema } from "#server/contract/connection";
import { startImportSchema } from "#server/contract/import";
import { createApiWorld, type ApiWorld } from "#server/testing/api-world";
import { buildWorkspace } from "#server/testing/builders";
import { codeOf } from "#server/testing/code-of";
import { createConnection } from "./connections";
import type { OperationContext } from "./context";
import { cancelModelImport, getImportOptions, getModelImport, listModelImports, startModelImport } from "./imports";

let world: ApiWorld;
let me: OperationContext;
beforeAll(async () => {
  world = await createApiWorld();
  const context = await world.as("contributor");
  me = { ...context, settings: { ...context.settings, imports: { ...context.settings.imports, paths: ["/srv/models"] } } };
});
afterAll(() => world.close());

const start = (source: unknown, context = me) => startModelImport(context, startImportSchema.parse({ name: "fetched", source }));

it("an import is a wish with a hint for the control plane, and shows its address without what may be a signature", async () => {
  const made = await start({ kind: "http", url: "https://example.com/a/model.pkl?X-Amz-Signature=abc" });
  expect(made).toMatchObject({ state: "Queued", source: "https://example.com/a/model.pkl", cancelling: false, version: null, createdBy: me.actor.name });
  expect((await listModelImports(await world.as("reader"))).items.map((item) => item.id)).toEqual([made.id]);
  expect(await cancelModelImport(me, { id: made.id })).toMatchObject({ state: "Queued", cancelling: true });
  const end = { state: "Canceled", reason: null, message: null, hint: null, version: null } as const;
  await world.database.store.imports.finish(made.id, end, world.clock.now());
  expect(await getModelImport(me, { id: made.id })).toMatchObject({ state: "Canceled", cancelling: false });
  expect(await codeOf(cancelModelImport(me, { id: made.id }))).toBe("import.ended");
});

it("what the control plane could only refuse later is refused at once", async () => {
  for (const url of ["ftp://example.com/a", "https://me:secret@example.com/a", "model.pkl"])
    expect(startImportSchema.safeParse({ name: "fetched", source: { kind: "http", url } }).success).toBe(false);
  expect(await codeOf(start({ kind: "path", path: "/srv/models/churn" }))).toBe("ok");
  for (const path of ["/etc/passwd", "/srv/models-of-others/a"]) expect(await codeOf(start({ kind: "path", path }))).toBe("import.path_refused");
  expect(await codeOf(start({ kind: "s3", connection: "store", bucket: "models" }))).toBe("import.connection_unknown");
});

it("connections of kind s3 are offered and found by name, in their own workspace", async () => {
  const parse = (over: object) => createConnectionSchema.parse({ name: "store", kind: "s3", username: "key", password: "secret", ...over });
  expect(await codeOf(createConnection(me, parse({ address: "s3.example.com" })))).toBe("connection.address_invalid");
  expect(await codeOf(createConnection(me, parse({ address: "https://key:secret@s3.example.com" })))).toBe("connection.address_invalid");
  const made = await createConnection(me, parse({ address: "https://s3.example.com/", region: "eu-central-1" }));
  expect(made).toMatchObject({ kind: "s3", address: "https://s3.example.com", region: "eu-central-1", username: "key", state: "Unchecked" });
  expect(JSON.stringify(made)).not.toContain("secret");
  expect(await getImportOptions(me)).toEqual({ paths: ["/srv/models"], connections: [{ id: made.id, name: "store", address: "https://s3.example.com" }] });
  expect(await start({ kind: "s3", connection: "store", bucket: "models", key: "churn/" })).toMatchObject({ source: "s3://models/churn/" });
  const elsewhere = await world.as("contributor", (await buildWorkspace(world.database.store)).id);
  expect(await codeOf(start({ kind: "s3", connection: made.id, bucket: "models" }, elsewhere))).toBe("import.connection_unknown");
});
