import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Vault } from "./vault";

const vault = Vault.fromHex("a1".repeat(32));

describe("vault", () => {
  it("opens what it sealed for the same owner, whatever the text", () => {
    fc.assert(fc.property(fc.string(), fc.string({ minLength: 1 }), (plain, owner) => vault.unseal(vault.seal(plain, owner), owner) === plain));
  });

  it("refuses another owner, another master key and any changed byte", () => {
    const sealed = vault.seal("secret", "key_1");
    expect(() => vault.unseal(sealed, "key_2")).toThrow();
    expect(() => Vault.fromHex("b2".repeat(32)).unseal(sealed, "key_1")).toThrow("another master key");
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (index, change) => {
        const changed = sealed.map((byte, at) => (at === index ? byte ^ change : byte));
        expect(() => vault.unseal(changed, "key_1")).toThrow();
      }),
    );
  });

  it("never seals the same text to the same bytes, and never holds it in plain", () => {
    expect(vault.seal("secret", "a")).not.toEqual(vault.seal("secret", "a"));
    expect(Buffer.from(vault.seal("secret", "a")).includes("secret")).toBe(false);
  });

  it("refuses a master key of the wrong form without repeating it", () => {
    expect(() => Vault.fromHex("hunter2")).toThrow(/64 hexadecimal digits/);
    expect(() => Vault.fromHex("hunter2")).not.toThrow(/hunter2/);
  });
});
