import type { QueryKey } from "@tanstack/react-query";
import type { AssetKind } from "../../server/domain/asset/reference";
import { apiUrl } from "../queries/fetcher";
import { queryKeys } from "../queries/keys";

interface VersionRef {
  readonly name: string;
  readonly version: number;
}

/** Segment of the studio's and the API's paths. */
export const segments: Readonly<Record<AssetKind, "models" | "environments" | "codes">> = { model: "models", environment: "environments", code: "codes" };

export const referenceOf = ({ name, version }: VersionRef): string => `${name}:${String(version)}`;

/** Path of a version in the management API. */
export const versionPath = (kind: AssetKind, { name, version }: VersionRef): string =>
  `/${segments[kind]}/${encodeURIComponent(name)}/versions/${String(version)}`;

/** Where a browser saves all of a version from. */
export const archiveUrl =
  (kind: "model" | "environment", version: VersionRef) =>
  (format: string): string =>
    apiUrl(`${versionPath(kind, version)}/download`, { format });

/** Everything that is read of assets of that kind. */
export const staleBy = (kind: AssetKind): readonly QueryKey[] => [queryKeys[segments[kind]]()];
