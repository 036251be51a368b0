import { describe, expect, it } from "vitest";
import { generateAccessToken, hashAccessToken, isAccessToken } from "./access-tokens";
import { generateEndpointKey, hashEndpointKey, looksRandom } from "./keys";
import { generatePassword, hashPassword, verifyPassword } from "./passwords";

describe("passwords", () => {
  it("are stored as argon2id and verify only themselves", async () => {
    const stored = await hashPassword("correct horse battery");
    expect(stored).toMatch(/^\$argon2id\$/);
    await expect(verifyPassword(stored, "correct horse battery")).resolves.toBe(true);
    await expect(verifyPassword(stored, "correct horse batterz")).resolves.toBe(false);
  });

  it("of accounts without one never verify", async () => {
    await expect(verifyPassword(null, "")).resolves.toBe(false);
  });

  it("that we make are long and never repeat", () => {
    const made = Array.from({ length: 50 }, generatePassword);
    expect(new Set(made).size).toBe(50);
    expect(made[0]).toMatch(/^([a-z2-9]{5}-){4}[a-z2-9]{5}$/);
  });
});

describe("endpoint keys", () => {
  it("are 43 characters, pass our own check for randomness, and are told apart by their hash", () => {
    const key = generateEndpointKey();
    expect(key).toHaveLength(43);
    expect(looksRandom(key)).toBe(true);
    expect(hashEndpointKey(key)).toMatch(/^[0-9a-f]{64}$/);
    expect(hashEndpointKey(key)).not.toBe(hashEndpointKey(generateEndpointKey()));
  });

  it.each(["a".repeat(40), "abcabcabcabcabcabcabcabcabcabcabcabc", "short", "has a space in it and is long enough to count"])(
    "refuses %j as a chosen key",
    (key) => {
      expect(looksRandom(key)).toBe(false);
    },
  );
});

describe("access tokens", () => {
  it("carry a prefix and are stored as a hash", () => {
    const { token, hash } = generateAccessToken();
    expect(isAccessToken(token)).toBe(true);
    expect(hash).toBe(hashAccessToken(token));
    expect(hash).not.toContain(token);
  });
});
