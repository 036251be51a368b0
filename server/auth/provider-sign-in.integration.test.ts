import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "#server/kernel/ids";
import { buildUser, buildWorkspace } from "#server/testing/builders";
import { createTestDatabase, type TestDatabase } from "#server/testing/database";
import { signInWithProfile, type ProviderProfile } from "./provider-sign-in";

let database: TestDatabase;
let workspaceId: string;
const now = Date.now();

beforeAll(async () => {
  database = await createTestDatabase();
  workspaceId = (await buildWorkspace(database.store)).id;
});
afterAll(() => database.drop());

const profile = (changes: Partial<ProviderProfile> = {}): ProviderProfile => {
  const subject = newId("user");
  return { issuer: "https://login.example.com", subject, email: `${subject}@example.com`, emailVerified: true, name: "Ada", ...changes };
};
const anybody = { signUp: true, linkByEmail: false };
const codeOf = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => null,
    (error: unknown) => (error as { code?: unknown }).code,
  );

describe("the first sign-in of a subject", () => {
  it("makes one account however many browsers come at once, with an entry in the history", async () => {
    const ada = profile();
    const stores = [database.store, database.openStore(), database.openStore()];
    const people = await Promise.all(stores.map((store) => signInWithProfile(store, ada, anybody, now)));
    expect(new Set(people.map((person) => person.userId)).size).toBe(1);
    expect(await database.store.users.findFirstMembership(people[0]?.userId ?? "")).toMatchObject({ role: "reader", workspaceId });
    const entries = await database.store.audit.list({ workspaceId, limit: 50 });
    expect(entries.filter((entry) => entry.action === "people.connect" && entry.targetName === ada.email)).toHaveLength(1);
  });

  it("takes a provider that says nothing about verification at its word for a new account only", async () => {
    await expect(signInWithProfile(database.store, profile({ emailVerified: null }), anybody, now)).resolves.toMatchObject({ name: "Ada" });
    const local = await buildUser(database.store, workspaceId, "owner");
    const rules = { signUp: true, linkByEmail: true };
    const attempt = (emailVerified: boolean | null) => signInWithProfile(database.store, profile({ email: local.email, emailVerified }), rules, now);
    expect(await codeOf(attempt(null))).toBe("auth.oidc_not_connected");
    expect(await codeOf(attempt(false))).toBe("auth.oidc_email_unverified");
    await expect(attempt(true)).resolves.toMatchObject({ userId: local.id });
  });

  it("leaves nothing behind when it is refused", async () => {
    const stranger = profile();
    expect(await codeOf(signInWithProfile(database.store, stranger, { signUp: false, linkByEmail: true }, now))).toBe("auth.oidc_not_connected");
    expect(await database.store.users.findByEmail(stranger.email)).toBeNull();
    expect(await database.store.identities.find(stranger.issuer, stranger.subject)).toBeNull();
  });
});

it("tells the same subject of two issuers apart", async () => {
  const here = profile();
  const first = await signInWithProfile(database.store, here, anybody, now);
  const elsewhere = profile({ issuer: "https://other.example.com", subject: here.subject });
  expect((await signInWithProfile(database.store, elsewhere, anybody, now)).userId).not.toBe(first.userId);
  expect((await signInWithProfile(database.store, here, anybody, now)).userId).toBe(first.userId);
});
