import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { compareAssetsSchema } from "#server/contract/asset";
import { compareVersions, type ComparedVersion, type VersionComparison } from "#server/domain/asset/compare";
import type { AssetKind } from "#server/domain/asset/reference";
import { environmentFacts, environmentTexts } from "#server/domain/environment/facts";
import type { OperationContext } from "./context";
import { findCodeVersion } from "./codes";
import { findEnvironmentVersion } from "./environments";
import { findModelVersion } from "./models";

interface VersionRef {
  readonly name: string;
  readonly version: number;
}

async function model(context: OperationContext, ref: VersionRef): Promise<ComparedVersion> {
  const row = await findModelVersion(context, ref);
  return { ...row, facts: { Type: row.type, Root: row.rootName, "One file": String(row.isFile) }, texts: {} };
}

async function code(context: OperationContext, ref: VersionRef): Promise<ComparedVersion> {
  const row = await findCodeVersion(context, ref);
  return { ...row, facts: { Root: row.rootName, "Scoring scripts": row.scoringScripts.join(", ") }, texts: {} };
}

/** An environment's files are those that its Dockerfile builds from. */
async function environment(context: OperationContext, ref: VersionRef): Promise<ComparedVersion> {
  const row = await findEnvironmentVersion(context, ref);
  const { contextCodeId } = row.spec;
  const files = contextCodeId === null ? null : await context.store.codes.findById(contextCodeId);
  const from = files === null ? {} : { "Built from": `${files.name}:${String(files.version)}` };
  return { ...row, facts: { ...environmentFacts(row.spec), ...from }, texts: environmentTexts(row.spec), files: files?.files ?? [] };
}

const comparedBy: Readonly<Record<AssetKind, (context: OperationContext, ref: VersionRef) => Promise<ComparedVersion>>> = { model, environment, code };

/** What differs between two versions of one name. Rejects with `<kind>.not_found`. */
export async function compareAssetVersions(context: OperationContext, input: z.output<typeof compareAssetsSchema>): Promise<VersionComparison> {
  requireVerb(context.actor, "asset.read");
  const { name, from, to } = input;
  const read = comparedBy[input.kind];
  const [before, after] = await Promise.all([read(context, { name, version: from }), read(context, { name, version: to })]);
  return compareVersions(before, after);
}
