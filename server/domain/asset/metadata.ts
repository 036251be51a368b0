/** What people note of a version. It may be changed, its content never. */
export interface AssetMetadata {
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  /** What produced it wrote down, such as metrics; shown and compared, never interpreted. */
  readonly properties: Readonly<Record<string, string>>;
}

export const noMetadata: AssetMetadata = { description: "", tags: {}, properties: {} };
