export const modelTypes = ["custom_model", "mlflow_model", "triton_model"] as const;
export type ModelType = (typeof modelTypes)[number];

/** One file of an asset: path relative to the asset's root, POSIX separators, content by digest in the artifact store. */
export interface AssetFile {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}
