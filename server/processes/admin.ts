import { ensureFirstAdmin, resetAdmin } from "../auth/first-admin";
import { generateAccessToken } from "../auth/access-tokens";
import { newId } from "../kernel/ids";
import { createStore, type Store } from "../store/store";

/**
 * Account work for set-up scripts, on the database alone: `ensure EMAIL [PASSWORD]` makes the first workspace and owner, `reset EMAIL` gives a new
 * password, `token EMAIL` makes an access token of one hour for the sample. Prints one JSON line; secrets go to standard output only.
 */
const databaseUrl = process.env["DATABASE_URL"];
const [command, email] = process.argv.slice(2);
if (databaseUrl === undefined || command === undefined || email === undefined) throw new Error("usage: DATABASE_URL=… admin ensure|reset|token EMAIL");

async function makeToken(store: Store, address: string): Promise<{ readonly token: string }> {
  const user = await store.users.findByEmail(address);
  const member = user === null ? null : await store.users.findFirstMembership(user.id);
  if (member === null) throw new Error(`There is no account ${address}.`);
  const { token, hash } = generateAccessToken();
  const now = Date.now();
  await store.tokens.insert(
    {
      id: newId("accessToken"),
      workspaceId: member.workspaceId,
      userId: member.user.id,
      name: "Sample deployment",
      role: "owner",
      createdAt: now,
      expiresAt: now + 3_600_000,
    },
    hash,
  );
  return { token };
}

const store = createStore({ databaseUrl, maxConnections: 2 });
try {
  const outcome =
    command === "ensure"
      ? await ensureFirstAdmin(store, newId, email, process.env["SLUICE_ADMIN_PASSWORD"] ?? null)
      : command === "reset"
        ? await resetAdmin(store, newId, email, Date.now())
        : await makeToken(store, email);
  console.log(JSON.stringify(outcome));
} finally {
  await store.close();
}
