import { Download } from "lucide-react";
import type { EnvironmentVersionDto, ImageBuildDto } from "#server/contract/asset";

/** The bill of materials of an image as a file; the link is an ordinary one, so that the browser saves it. */
export function SbomLink({ environment, build }: { readonly environment: Pick<EnvironmentVersionDto, "name" | "version">; readonly build: ImageBuildDto }) {
  if (build.sbom === null) return null;
  return (
    <a
      href={`/api/v1/builds/${encodeURIComponent(build.id)}/sbom`}
      download={`${environment.name}-${String(environment.version)}.cdx.json`}
      title="Software bill of materials (CycloneDX)"
      className="inline-flex items-center gap-1 text-accent hover:underline"
    >
      <Download aria-hidden className="size-3.5" />
      SBOM
    </a>
  );
}
