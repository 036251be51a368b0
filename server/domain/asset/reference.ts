/** Assets that have versions under a name. */
export const assetKinds = ["model", "environment", "code"] as const;
export type AssetKind = (typeof assetKinds)[number];

/** Always the newest version that is not archived; nobody sets it. */
export const latestLabel = "latest";

/** As names of assets, so that a reference reads unambiguously; a digit first would look like a version. */
export const labelPattern = /^[a-zA-Z][a-zA-Z0-9_.-]{0,63}$/;

export type AssetReference =
  | { readonly by: "version"; readonly name: string; readonly version: number }
  | { readonly by: "label"; readonly name: string; readonly label: string }
  | { readonly by: "id"; readonly id: string };

/** Reads `name:version`, `name@label`, either with Azure's `azureml:` before it, or an id. Whether it exists is the caller's question. */
export function parseAssetReference(text: string): AssetReference {
  const version = /^(?:azureml:)?([^:@]+):(\d{1,9})$/.exec(text);
  if (version?.[1] !== undefined) return { by: "version", name: version[1], version: Number(version[2]) };
  const label = /^(?:azureml:)?([^:@]+)@([^:@]+)$/.exec(text);
  if (label?.[1] !== undefined && label[2] !== undefined) return { by: "label", name: label[1], label: label[2] };
  return { by: "id", id: text };
}
