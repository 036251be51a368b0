import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packagesIdentity, readApkInstalled, readDpkgStatus, readListedPackage, readSystem, sortedPackages, type ImagePackage } from "./packages";
import { cycloneDx } from "./sbom";

const subject = {
  name: "sklearn:1",
  imageRef: "sluice-x/environment:ab",
  imageId: `sha256:${"a".repeat(64)}`,
  bases: [{ reference: "platform", digest: "sha256:1" }],
};
const debian = { id: "debian", version: "12" };
const one = (over: Partial<ImagePackage> = {}): ImagePackage => ({ kind: "pypi", name: "Flask_Cors", version: "1.0", license: "MIT", ...over });

describe("packages of an image", () => {
  it("are read from Debian's, Alpine's and Python's own records", () => {
    const status =
      "Package: a\nStatus: install ok installed\nVersion: 1:2.0-1+b1\nDescription: x\n more\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n";
    expect(readDpkgStatus(status)).toEqual([{ kind: "deb", name: "a", version: "1:2.0-1+b1", license: null }]);
    expect(readApkInstalled("P:musl\nV:1.2.3-r4\nL:MIT\n\nF:lib\n")).toEqual([{ kind: "apk", name: "musl", version: "1.2.3-r4", license: "MIT" }]);
    expect(readListedPackage('["pypi", "numpy", "1.26.4", null]')).toEqual({ kind: "pypi", name: "numpy", version: "1.26.4", license: null });
    for (const line of ["", "hello", "{}", "[1]", '["npm", "a", "1", null]', "null", "[[]]"]) expect(readListedPackage(line)).toBeNull();
    expect(readSystem('PRETTY_NAME="Debian"\nVERSION_ID="12"\nID=debian\nID_LIKE=x\n')).toEqual(debian);
    expect(readSystem("")).toEqual({ id: "", version: "" });
  });

  it("are the same whatever their order and however often they were found", () => {
    const names = fc.array(
      fc.record({ kind: fc.constantFrom("pypi" as const, "deb" as const), name: fc.string(), version: fc.string(), license: fc.constant(null) }),
    );
    fc.assert(
      fc.property(names, (packages) => {
        const again = [...packages, ...packages].reverse();
        expect(packagesIdentity({ system: debian, packages: again })).toBe(packagesIdentity({ system: debian, packages }));
        expect(sortedPackages(again)).toHaveLength(new Set(packages.map(({ kind, name, version }) => `${kind} ${name.toLowerCase()} ${version}`)).size);
      }),
    );
  });
});

describe("a bill of materials", () => {
  it("names image, bases and every package with its address", () => {
    const packages = [
      one(),
      one({ kind: "deb", name: "libc6", version: "2.36-9+deb12u1", license: null }),
      one({ kind: "conda", name: "mkl", version: "2024.0" }),
    ];
    const document = cycloneDx(subject, { system: debian, packages }, "01890000-0000-7000-8000-000000000000", 0);
    expect(document).toMatchObject({
      bomFormat: "CycloneDX",
      specVersion: "1.5",
      metadata: { timestamp: "1970-01-01T00:00:00.000Z", component: { name: "sklearn:1", hashes: [{ alg: "SHA-256", content: "a".repeat(64) }] } },
    });
    expect((document["components"] as { purl: string }[]).map(({ purl }) => purl)).toEqual([
      "pkg:conda/mkl@2024.0",
      "pkg:deb/debian/libc6@2.36-9%2Bdeb12u1?distro=debian-12",
      "pkg:pypi/flask-cors@1.0",
    ]);
    expect(JSON.stringify(document)).toContain('"licenses":[{"license":{"name":"MIT"}}]');
  });

  it("is one for an image of which nothing is known, too", () => {
    expect(cycloneDx({ ...subject, imageId: "x" }, { system: { id: "", version: "" }, packages: [] }, "u", 0)).toMatchObject({
      components: [],
      metadata: { component: { properties: [expect.anything()] } },
    });
  });
});
