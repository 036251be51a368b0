import { sortedPackages, type ImageContents, type ImagePackage, type ImageSystem } from "./packages";

/** What the list is about. */
export interface SbomSubject {
  /** `environment:version`. */
  readonly name: string;
  readonly imageRef: string;
  /** `sha256:…` of the image. */
  readonly imageId: string;
  readonly bases: readonly { readonly reference: string; readonly digest: string }[];
}

/** A package URL; characters that it gives a meaning are escaped. */
function packageUrl({ kind, name, version }: ImagePackage, system: ImageSystem): string {
  const part = (text: string): string => encodeURIComponent(text).replaceAll("%3A", ":");
  const escaped = part(version);
  if (kind === "pypi") return `pkg:pypi/${part(name.toLowerCase().replaceAll("_", "-"))}@${escaped}`;
  if (kind === "conda") return `pkg:conda/${part(name)}@${escaped}`;
  const distribution = system.id === "" ? (kind === "deb" ? "debian" : "alpine") : system.id;
  const release = system.version === "" ? "" : `?distro=${part(`${distribution}-${system.version}`)}`;
  return `pkg:${kind}/${part(distribution)}/${part(name)}@${escaped}${release}`;
}

/** A software bill of materials in CycloneDX 1.5. `serial` is a UUID; equal inputs give equal documents. */
export function cycloneDx(subject: SbomSubject, contents: ImageContents, serial: string, madeAtMs: number): Readonly<Record<string, unknown>> {
  const { system } = contents;
  const components = sortedPackages(contents.packages).map((one) => {
    const purl = packageUrl(one, system);
    return {
      type: "library",
      "bom-ref": purl,
      name: one.name,
      version: one.version,
      ...(one.license === null ? {} : { licenses: [{ license: { name: one.license } }] }),
      purl,
    };
  });
  const hash = subject.imageId.replace(/^sha256:/, "");
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    serialNumber: `urn:uuid:${serial}`,
    version: 1,
    metadata: {
      timestamp: new Date(madeAtMs).toISOString(),
      tools: { components: [{ type: "application", name: "sluice" }] },
      component: {
        type: "container",
        "bom-ref": "image",
        name: subject.name,
        version: subject.imageRef,
        ...(/^[0-9a-f]{64}$/.test(hash) ? { hashes: [{ alg: "SHA-256", content: hash }] } : {}),
        properties: [
          ...(system.id === "" ? [] : [{ name: "sluice:system", value: `${system.id} ${system.version}`.trim() }]),
          ...subject.bases.map(({ reference, digest }) => ({ name: "sluice:base", value: `${reference} ${digest}` })),
        ],
      },
    },
    components,
    dependencies: [{ ref: "image", dependsOn: [...new Set(components.map((component) => component.purl))] }],
  };
}
