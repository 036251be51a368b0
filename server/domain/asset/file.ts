import type { AssetFile } from "../model/types";

export interface TextFile {
  readonly path: string;
  readonly content: string;
}

/** A text that is made, or a file of the artifact store. */
export type TextOrStoredFile = TextFile | AssetFile;
