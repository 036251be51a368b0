import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

const version = 1;
const ivBytes = 12;
const tagBytes = 16;
const keyIdBytes = 4;

/**
 * Seals what must be readable again (endpoint keys, private signing keys, keys of certificates) under the installation's master key: AES-256-GCM with the owner's row id
 * as additional data, so that a sealed value copied to another row does not open. Layout: version, key id, iv, tag, ciphertext.
 */
export class Vault {
  private readonly keyId: Buffer;

  private constructor(private readonly key: Buffer) {
    this.keyId = createHash("sha256").update(key).digest().subarray(0, keyIdBytes);
  }

  /** From 64 hexadecimal digits; throws one sentence otherwise, without the value. */
  static fromHex(hex: string): Vault {
    if (!/^[0-9a-fA-F]{64}$/.test(hex)) throw new Error("the master key must be 64 hexadecimal digits (32 bytes)");
    return new Vault(Buffer.from(hex, "hex"));
  }

  /** From the setting, else from the file. */
  static open(masterKey: { readonly hex: string | null; readonly file: string }): Vault {
    return Vault.fromHex(masterKey.hex ?? readFileSync(masterKey.file, "utf8").trim());
  }

  seal(plain: string, ownerId: string): Uint8Array<ArrayBuffer> {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv("aes-256-gcm", this.key, iv).setAAD(Buffer.from(ownerId));
    const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
    return new Uint8Array(Buffer.concat([Buffer.from([version]), this.keyId, iv, cipher.getAuthTag(), body]));
  }

  /** Throws when the value was sealed under another key or for another owner, or was changed. */
  unseal(sealed: Uint8Array, ownerId: string): string {
    const bytes = Buffer.from(sealed);
    if (bytes[0] !== version) throw new Error("a sealed value has an unknown version");
    const at = 1 + keyIdBytes;
    if (!bytes.subarray(1, at).equals(this.keyId)) throw new Error("a sealed value belongs to another master key");
    const iv = bytes.subarray(at, at + ivBytes);
    const tag = bytes.subarray(at + ivBytes, at + ivBytes + tagBytes);
    const decipher = createDecipheriv("aes-256-gcm", this.key, iv).setAAD(Buffer.from(ownerId)).setAuthTag(tag);
    return Buffer.concat([decipher.update(bytes.subarray(at + ivBytes + tagBytes)), decipher.final()]).toString("utf8");
  }
}
