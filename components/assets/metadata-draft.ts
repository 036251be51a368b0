import type { AssetMetadata } from "../../server/domain/asset/metadata";
import type { Pair } from "#components/ui/pairs-editor";
import { pairsToRecord, recordToPairs } from "../ui/pairs";

/** What is noted of a version, while it is typed. */
export interface MetadataDraft {
  readonly description: string;
  readonly tags: readonly Pair[];
  readonly properties: readonly Pair[];
}

export const blankMetadata: MetadataDraft = { description: "", tags: [], properties: [] };

export const metadataDraftOf = ({ description, tags, properties }: AssetMetadata): MetadataDraft => ({
  description,
  tags: recordToPairs(tags),
  properties: recordToPairs(properties),
});

export const metadataWish = ({ description, tags, properties }: MetadataDraft): AssetMetadata => ({
  description,
  tags: pairsToRecord(tags),
  properties: pairsToRecord(properties),
});
