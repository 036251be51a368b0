import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { encode } from "next-auth/jwt";
import pino from "pino";
import type { Runtime } from "#server/api/runtime";
import { createArtifactStore } from "#server/artifacts/store";
import type { Actor } from "#server/auth/actor";
import { generateAccessToken } from "#server/auth/access-tokens";
import { openSession } from "#server/auth/sign-in";
import type { Role } from "#server/contract/access";
import { defaultInstanceTypes } from "#server/domain/host/instance-types";
import { loadSettings } from "#server/kernel/env";
import { newId } from "#server/kernel/ids";
import { readProductTexts, scaffoldFolders } from "#server/kernel/product-texts";
import type { OperationContext, Scorer } from "#server/operations/context";
import { telemetryClient } from "#server/telemetry/client";
import { Vault } from "#server/vault/vault";
import { buildUser, buildWorkspace } from "./builders";
import { createTestDatabase, type TestDatabase } from "./database";
import { FakeClock } from "./fake-clock";

/** Answers as a gateway with a healthy model would; the real one is `playwright/full`'s. */
const echoScorer: Scorer = {
  score: (input) =>
    Promise.resolve({
      status: 200,
      headers: [],
      body: input.body,
      truncated: false,
      requestId: null,
      deployment: input.deployment ?? null,
      totalMs: 1,
      queueMs: null,
      modelMs: null,
    }),
  swagger: (input, key) => echoScorer.score({ ...input, body: '{"swagger":"2.0","paths":{}}', contentType: "application/json" }, key),
};

const runtimeKey = Symbol.for("sluice.runtime");

/** The studio's server side on a database of its own: operations by `as`, routes and actions through the installed runtime. */
export interface ApiWorld {
  readonly database: TestDatabase;
  readonly runtime: Runtime;
  readonly clock: FakeClock;
  readonly workspaceId: string;
  /** The context of a person with that role, of the world's workspace unless another is named. */
  as(role: Role, workspaceId?: string): Promise<OperationContext>;
  /** A context of the same person on another set of connections: the second writer of a race. */
  beside(context: OperationContext): OperationContext;
  /** An access token of the person with the person's own role. */
  tokenFor(actor: Actor): Promise<string>;
  /** Signs the person in and makes every later call carry that cookie; null signs out. */
  browse(actor: Actor | null): Promise<string | null>;
  /** What was logged as an error, newest last: the cause of an answer that only says "internal". */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export async function createApiWorld(): Promise<ApiWorld> {
  const database = await createTestDatabase();
  const home = await mkdtemp(path.join(tmpdir(), "sluice-api-"));
  const clock = new FakeClock(Date.now());
  const { store } = database;
  const settings = loadSettings({
    SLUICE_HOME: home,
    SLUICE_ID: "test1",
    DATABASE_URL: database.url,
    SLUICE_AUTH_SECRET: "x".repeat(40),
    SLUICE_GATEWAY_HOST: "inference.example.com",
  });
  const cookies = new Map<string, string>();
  const errors: string[] = [];
  const runtime: Runtime = {
    settings,
    store,
    vault: Vault.fromHex("ab".repeat(32)),
    artifacts: createArtifactStore(path.join(home, "artifacts")),
    telemetryDb: store.sql,
    telemetry: telemetryClient(settings.sockets.telemetryQuery),
    scorer: echoScorer,
    scaffoldTemplates: readProductTexts(process.cwd(), scaffoldFolders),
    clock,
    newId,
    log: pino({ level: "error" }, { write: (line: string) => void errors.push(line) }),
    readCookie: (name) => Promise.resolve(cookies.get(name)),
  };
  Object.assign(globalThis, { [runtimeKey]: runtime });
  await store.instanceTypes.insertMissing(defaultInstanceTypes);
  const workspace = await buildWorkspace(store);

  return {
    database,
    runtime,
    clock,
    errors,
    workspaceId: workspace.id,
    async as(role, workspaceId = workspace.id) {
      const user = await buildUser(store, workspaceId, role);
      const actor: Actor = { userId: user.id, name: user.name, email: user.email, workspaceId, role, sessionId: null };
      return { ...runtime, actor, requestId: newId("request"), accepted: { operationId: null } };
    },
    beside: (context) => ({ ...context, store: database.openStore() }),
    async tokenFor(actor) {
      const { token, hash } = generateAccessToken();
      const row = { id: newId("accessToken"), workspaceId: actor.workspaceId, userId: actor.userId, name: "test", role: actor.role };
      await store.tokens.insert({ ...row, createdAt: clock.now(), expiresAt: null }, hash);
      return token;
    },
    async browse(actor) {
      cookies.clear();
      if (actor === null) return null;
      const sessionId = await openSession(store, actor.userId, "", clock.now());
      cookies.set("next-auth.session-token", await encode({ token: { sessionId }, secret: settings.authSecret ?? "" }));
      return sessionId;
    },
    async close() {
      Reflect.deleteProperty(globalThis, runtimeKey);
      await database.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
