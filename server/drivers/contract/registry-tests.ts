import { describe, expect, it } from "vitest";
import { Secret } from "#server/domain/secret/secret";
import { DriverError } from "../compute-driver";
import { uniqueId, type DriverHarness } from "./harness";

const kindOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "ok",
    (error: unknown) => (error instanceof DriverError ? error.kind : `not ours: ${String(error)}`),
  );

export function registryTests(harness: () => DriverHarness): void {
  describe("a registry with accounts", () => {
    it("is signed into with the right password, refuses the wrong one, and may be away", async () => {
      const { driver } = harness();
      const { auth, wrongAuth } = await harness().openRegistry();
      expect(await kindOf(driver.checkRegistry(auth))).toBe("ok");
      expect(await kindOf(driver.checkRegistry(wrongAuth))).toBe("image_denied");
      const away = { ...auth, registry: "127.0.0.1:1" };
      expect(await kindOf(driver.checkRegistry(away))).toBe("registry_unreachable");
    });

    it("tells the digest of a tag and gives that image, to those who may", async () => {
      const { driver } = harness();
      const registry = await harness().openRegistry();
      const tag = uniqueId("v").toLowerCase();
      const reference = registry.reference(tag);
      const digest = await registry.push(tag);
      expect(await driver.resolveImage(reference, registry.auth)).toBe(digest);
      for (const auth of [null, registry.wrongAuth, { ...registry.auth, username: "nobody", password: new Secret("") }]) {
        expect(await kindOf(driver.resolveImage(reference, auth))).toBe("image_denied");
        expect(await kindOf(driver.pullImage(reference, auth))).toBe("image_denied");
      }
      const byDigest = `${reference.slice(0, reference.lastIndexOf(":"))}@${digest}`;
      const pulled = await driver.pullImage(byDigest, registry.auth);
      expect(await driver.findImage(byDigest)).toEqual(pulled);
      await driver.removeImage(byDigest);
      expect(await driver.findImage(byDigest)).toBeNull();
    });

    it("moves a tag without moving what its digest stands for, and may lose it", async () => {
      const { driver } = harness();
      const registry = await harness().openRegistry();
      const tag = uniqueId("v").toLowerCase();
      const reference = registry.reference(tag);
      const before = await registry.push(tag);
      const after = await registry.push(tag);
      expect(after).not.toBe(before);
      expect(await driver.resolveImage(reference, registry.auth)).toBe(after);
      const byDigest = `${reference.slice(0, reference.lastIndexOf(":"))}@${before}`;
      await driver.pullImage(byDigest, registry.auth);
      await driver.removeImage(byDigest);
      await registry.forget(tag);
      expect(await kindOf(driver.resolveImage(reference, registry.auth))).toBe("image_missing");
      expect(await kindOf(driver.pullImage(reference, registry.auth))).toBe("image_missing");
      expect(await kindOf(driver.resolveImage(registry.reference("never-there"), registry.auth))).toBe("image_missing");
    });
  });
}
