import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aptSources, isDebianLike, osRelease, releaseLines, releaseSource, run } from "./apt.mjs";
import { saysUnreachable } from "./image-plans/registry.mjs";
import { imageSettings } from "./image-plans/settings.mjs";

/** @type {string} */
let folder;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "apt-"));
  mkdirSync(path.join(folder, "sources.list.d"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const file = (/** @type {string} */ name, /** @type {string} */ text) => writeFileSync(path.join(folder, name), text);

describe("the host's package sources", () => {
  it("are read in both formats, without comments, disabled and third-party entries", () => {
    file(
      "sources.list.d/debian.sources",
      "Types: deb\n# http://old.example/debian\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: /k.gpg\n\nTypes: deb\nURIs: http://off.example/debian\nSuites: bookworm\nComponents: main\nEnabled: no\n",
    );
    file(
      "sources.list",
      "# deb http://no.example/debian bookworm main\ndeb [arch=amd64 signed-by=/s.gpg] http://sec.example/debian-security bookworm-security main contrib # why\ndeb-src http://src.example/debian bookworm main\n",
    );
    file("sources.list.d/vendor.list", "deb https://vendor.example/apt vendor-bookworm main\n");
    const sources = aptSources(folder);
    expect(releaseLines(sources, "bookworm").sort()).toEqual([
      "deb [signed-by=/k.gpg] http://mirror.example/debian bookworm main",
      "deb [signed-by=/k.gpg] http://mirror.example/debian bookworm-updates main",
      "deb [signed-by=/s.gpg] http://sec.example/debian-security bookworm-security main contrib",
    ]);
    expect(releaseSource(sources, "bookworm")?.uri).toBe("http://mirror.example/debian");
    expect(releaseLines(sources, "trixie")).toEqual([]);
  });
});

describe("the system's name", () => {
  it("tells Debian and its like from others", () => {
    file("os-release", 'ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\nPRETTY_NAME="Ubuntu 24.04"\n');
    const ubuntu = osRelease(path.join(folder, "os-release"));
    expect(ubuntu).toEqual({ id: "ubuntu", like: ["debian"], codename: "noble", name: "Ubuntu 24.04" });
    expect(isDebianLike(ubuntu)).toBe(true);
    expect(isDebianLike({ id: "fedora", like: ["rhel"], codename: "", name: "Fedora" })).toBe(false);
  });
});

describe("run", () => {
  it("gives code and output, also of programs that do not exist or take too long", async () => {
    expect(await run("sh", ["-c", "echo out; echo err >&2; exit 3"])).toMatchObject({ code: 3, output: expect.stringContaining("out") });
    expect((await run("no-such-program-at-all", [])).code).toBe(127);
    expect((await run("sleep", ["5"], { timeoutMs: 50 })).code).toBe(124);
  });
});

describe("a failed pull", () => {
  it.each([
    ["dial tcp: lookup hub on 10.0.0.1:53: no such host", true],
    ["dial tcp 10.0.0.1:443: connect: connection refused", true],
    ["request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)", true],
    ["no answer within 30 s", true],
    ["manifest unknown: manifest unknown", false],
    ["pull access denied for x, repository does not exist", false],
  ])("is told apart: %s", (text, unreachable) => {
    expect(saysUnreachable(text)).toBe(unreachable);
  });
});

describe("the images' settings", () => {
  it("have defaults", () => {
    expect(imageSettings({})).toEqual({
      registryPull: "auto",
      baseImage: undefined,
      pythonImage: undefined,
      gatewayImage: undefined,
      nodeImage: undefined,
      extraCa: [],
      pip: { indexUrl: "", extraIndexUrl: "", trustedHost: "" },
      logins: "",
      proxies: {},
    });
  });

  it("name the variable, the problem and an example", () => {
    expect(() => imageSettings({ SLUICE_REGISTRY_PULL: "maybe" })).toThrow(/SLUICE_REGISTRY_PULL is "maybe".*Example/);
    expect(() => imageSettings({ SLUICE_EXTRA_CA_FILE: path.join(folder, "none.pem") })).toThrow(/SLUICE_EXTRA_CA_FILE names a file that does not exist/);
    file("empty.pem", "nothing");
    expect(() => imageSettings({ SLUICE_EXTRA_CA_FILE: path.join(folder, "empty.pem") })).toThrow(/no PEM certificate/);
  });

  it("split a bundle into its certificates, each once", () => {
    const one = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    const two = one.replace("AAAA", "BBBB");
    file("bundle.pem", `# note\n${one}${two}${one}`);
    expect(imageSettings({ NODE_EXTRA_CA_CERTS: path.join(folder, "bundle.pem") }).extraCa).toEqual([one, two]);
  });

  it("keep the login of an index apart from its address", () => {
    const { pip, logins } = imageSettings({
      SLUICE_PIP_INDEX_URL: "https://robot:p%40ss@index.example:8443/simple",
      SLUICE_PIP_EXTRA_INDEX_URL: "https://other.example",
    });
    expect(pip).toMatchObject({ indexUrl: "https://index.example:8443/simple", extraIndexUrl: "https://other.example" });
    expect(logins).toBe("machine index.example login robot password p@ss\n");
  });

  it("never take over an index address that holds a password", () => {
    expect(imageSettings({ PIP_INDEX_URL: "https://user:pass@index.example/simple" }).pip.indexUrl).toBe("");
    expect(imageSettings({ PIP_INDEX_URL: "https://index.example/simple" }).pip.indexUrl).toBe("https://index.example/simple");
  });
});
