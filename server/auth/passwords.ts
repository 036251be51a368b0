import { randomInt } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";

// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Checked when no account exists, so that the time of the answer does not tell which addresses have one. */
const decoy = "$argon2id$v=19$m=19456,t=2,p=1$c2x1aWNlLWRlY295LXNhbHQ$kqbqIE2lbAv3rp1OwP9X3z8vEoqUkAjkVZ2Aq3ps6xY";

/** An argon2id hash with its own salt, in the usual text form. */
export const hashPassword = (password: string): Promise<string> => hash(password, cost);

/** True when the password belongs to the hash; a missing hash costs the same time and is false. */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  const matches = await verify(passwordHash ?? decoy, password).catch(() => false);
  return passwordHash !== null && matches;
}

const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

/** A password that can be read out: five groups of five letters and digits without look-alikes, about 123 bits. */
export function generatePassword(): string {
  const group = () => Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join("");
  return Array.from({ length: 5 }, group).join("-");
}
