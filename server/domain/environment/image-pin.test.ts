import * as fc from "fast-check";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { isRegistryAddress, matchRegistry } from "../connection/registry-match";
import { Secret } from "../secret/secret";
import { choosePin, type HostImage, type RegistryAnswer } from "./image-pin";
import { normalRegistry, parseImageReference, withDigest } from "./image-reference";

const digest = `sha256:${"ab".repeat(32)}`;
const other = `sha256:${"cd".repeat(32)}`;

describe("an image reference", () => {
  it.each([
    ["python:3.11", "docker.io", "library/python", "3.11", null],
    ["team/app", "docker.io", "team/app", null, null],
    ["docker.io/team/app:1", "docker.io", "team/app", "1", null],
    ["registry.example:5000/a/b:1", "registry.example:5000", "a/b", "1", null],
    ["localhost/a", "localhost", "a", null, null],
    [`127.0.0.1:5000/a@${digest}`, "127.0.0.1:5000", "a", null, digest],
    [`127.0.0.1:5000/a:1@${digest}`, "127.0.0.1:5000", "a", "1", digest],
  ])("%s has its parts", (text, registry, repository, tag, wanted) => {
    const parsed = parseImageReference(text);
    expect(parsed).toMatchObject({ registry, repository, tag, digest: wanted });
    expect(parsed && withDigest(parsed, other)).toBe(`${text.replace(/@.*/, "").replace(/:[^:/]*$/, "")}@${other}`);
  });

  it.each(["", "A:1", "a//b", "a:", "a@sha256:ab", "a b", digest, "a/B"])("%j is none", (text) => {
    expect(parseImageReference(text)).toBeNull();
  });

  it("of any text is read or refused", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseImageReference(text)));
  });
});

describe("a registry's connection", () => {
  it("is the one with the longest address that the image lies below", () => {
    const all = [{ address: "https://registry.example/" }, { address: "registry.example/team" }, { address: "index.docker.io/v1/" }];
    expect(matchRegistry("registry.example/other/app:1", all)).toBe(all[0]);
    expect(matchRegistry("registry.example/team/app:1", all)).toBe(all[1]);
    expect(matchRegistry("registry.example/teammate/app:1", all)).toBe(all[0]);
    expect(matchRegistry("python:3.11", all)).toBe(all[2]);
    expect(matchRegistry("elsewhere.example/app", all)).toBeNull();
    expect(matchRegistry(digest, all)).toBeNull();
  });

  it("has an address that is written in one way", () => {
    expect(normalRegistry("HTTPS://Registry.Example:5000/v2/")).toBe("registry.example:5000");
    expect(["registry.example", "https://127.0.0.1:5000", "ghcr.io/team"].every(isRegistryAddress)).toBe(true);
    expect(["", "a b", "https://", "u:p@host", "host/../x y"].some(isRegistryAddress)).toBe(false);
  });
});

describe("the image that a reference stands for", () => {
  const reference = "registry.example/app:1";
  const built: HostImage = { id: other, digests: [] };
  const pulled: HostImage = { id: other, digests: [`registry.example/app@${digest}`] };
  const said = (kind: "denied" | "missing" | "unreachable"): RegistryAnswer => ({ kind, message: "no" });

  it("is what the registry says, whatever the host has", () => {
    for (const host of [null, built, pulled])
      expect(choosePin(reference, { kind: "digest", digest: other }, host, false)).toEqual({
        ok: true,
        pin: { reference: `registry.example/app@${other}`, digest: other, origin: "registry", note: null },
      });
  });

  it("is the host's own when no registry has it", () => {
    for (const kind of ["denied", "missing", "unreachable"] as const)
      expect(choosePin(reference, said(kind), built, false)).toMatchObject({ ok: true, pin: { reference: other, origin: "host" } });
  });

  it("is the pulled one only while the registry does not answer", () => {
    expect(choosePin(reference, said("unreachable"), pulled, false)).toMatchObject({ ok: true, pin: { reference: `registry.example/app@${digest}`, digest } });
    expect(choosePin(reference, said("denied"), pulled, true)).toMatchObject({ ok: false, cause: { reason: "RegistryDenied" } });
    expect(choosePin(reference, said("missing"), pulled, true)).toMatchObject({ ok: false, cause: { reason: "ImageTagMissing" } });
  });

  it("that nobody has is a reason of its own, with a hint that fits", () => {
    expect(choosePin(reference, said("denied"), null, false)).toMatchObject({
      cause: { reason: "RegistryDenied", hint: expect.stringContaining("Add a connection") as unknown },
    });
    expect(choosePin(reference, said("denied"), null, true)).toMatchObject({ cause: { hint: expect.stringContaining("password") as unknown } });
    expect(choosePin(reference, said("missing"), null, true)).toMatchObject({ cause: { reason: "ImageTagMissing" } });
    expect(choosePin(reference, said("unreachable"), null, true)).toMatchObject({ cause: { reason: "RegistryUnreachable" } });
  });
});

it("a secret does not show itself", () => {
  const secret = new Secret("hunter2");
  for (const shown of [String(secret), JSON.stringify({ secret }), inspect({ secret })]) expect(shown).not.toContain("hunter2");
  expect(secret.reveal()).toBe("hunter2");
});
