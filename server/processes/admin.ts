import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { ensureFirstAdmin, resetAdmin, type AdminOutcome } from "../auth/first-admin";
import { generatePassword } from "../auth/passwords";
import { generateAccessToken } from "../auth/access-tokens";
import { newId } from "../kernel/ids";
import { createStore, type Store } from "../store/store";

/**
 * Account work for set-up scripts, on the database alone: `ensure EMAIL FILE` makes the first workspace and owner, `reset EMAIL|- FILE` gives a new
 * password, `token EMAIL` makes an access token of one hour for the sample. Prints one JSON line; secrets go to standard output only. A refusal is one
 * sentence on standard error, exit code 1.
 *
 * FILE keeps a generated first password from before the account is made until it was shown: a start may be killed in between, and the hash in the
 * database does not give it back.
 */
const databaseUrl = process.env["DATABASE_URL"];
const [command, email, file] = process.argv.slice(2);
if (databaseUrl === undefined || command === undefined || email === undefined) throw new Error("usage: DATABASE_URL=… admin ensure|reset|token EMAIL [FILE]");

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

async function ensure(store: Store, address: string, keptIn: string): Promise<AdminOutcome> {
  const given = process.env["SLUICE_ADMIN_PASSWORD"];
  const kept = (): string | null => (existsSync(keptIn) ? readFileSync(keptIn, "utf8") : null);
  const generate = (): string => {
    const password = generatePassword();
    writeFileSync(keptIn, password, { mode: 0o600 });
    return password;
  };
  const outcome = await ensureFirstAdmin(store, newId, address, () => given || (kept() ?? generate()));
  return { ...outcome, password: kept() };
}

async function reset(store: Store, address: string | null, keptIn: string): Promise<AdminOutcome> {
  const outcome = await resetAdmin(store, newId, address, Date.now());
  rmSync(keptIn, { force: true });
  return outcome;
}

async function work(store: Store, address: string): Promise<object> {
  if (command === "token") return makeToken(store, address);
  if (file === undefined) throw new Error(`admin ${command ?? ""} needs a file for the first password`);
  return command === "ensure" ? ensure(store, address, file) : reset(store, address === "-" ? null : address, file);
}

const store = createStore({ databaseUrl, maxConnections: 2 });
try {
  console.log(JSON.stringify(await work(store, email)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await store.close();
}
