import { noMetadata } from "#server/domain/asset/metadata";
import { createHash } from "node:crypto";
import { contentDigest } from "#server/artifacts/digest";
import { curatedAuthor, curatedIdentity, type CuratedEnvironment } from "#server/domain/environment/curated";
import { environmentIdentity } from "#server/domain/environment/identity";
import type { AssetFile } from "#server/domain/model/types";
import type { StoreSession } from "#server/store/store";
import { loops, write, type ControlContext } from "../context";
import { done, type Reconciler } from "../runtime/outcome";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

interface Context {
  readonly files: readonly AssetFile[];
  readonly digest: string;
}

/** The Dockerfile's context, its blobs stored; null for a definition without one. */
async function storeContext(context: ControlContext, { spec, files }: CuratedEnvironment): Promise<Context | null> {
  if (spec.dockerfile === null || files.length === 0) return null;
  const stored: AssetFile[] = [];
  for (const { path, content } of files) stored.push({ path, ...(await context.artifacts.put(oneChunk(content))) });
  return { files: stored, digest: contentDigest("context", false, stored) };
}

/** The context as a code asset that is in no list: an environment that a model needs builds from the same one. */
async function contextCode(context: ControlContext, session: StoreSession, workspaceId: string, name: string, { files, digest }: Context): Promise<string> {
  const now = context.clock.now();
  const known = await session.codes.claimAnonymous(workspaceId, digest, now);
  if (known !== null) return known.id;
  for (const file of files) await session.artifacts.insert(file.sha256, file.sizeBytes);
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const code = {
    ...noMetadata,
    id: context.newId("code"),
    workspaceId,
    name: `${name}-context`,
    rootName: "context",
    files,
    scoringScripts: [],
    digest,
    sizeBytes,
  };
  return (await session.codes.insert({ ...code, createdBy: curatedAuthor, createdAt: now, anonymous: true })).id;
}

async function register(context: ControlContext, workspaceId: string, definition: CuratedEnvironment, curated: string): Promise<void> {
  const { name, description } = definition;
  const files = await storeContext(context, definition);
  await write(context, async (session) => {
    const contextCodeId = files === null ? null : await contextCode(context, session, workspaceId, name, files);
    const spec = { ...definition.spec, contextCodeId };
    const contentHash = sha256(environmentIdentity(workspaceId, spec, files?.digest ?? null));
    const version = { id: context.newId("environmentVersion"), workspaceId, name, spec, contentHash, ...noMetadata, description, createdBy: curatedAuthor };
    await session.environments.insertVersion({ ...version, createdAt: context.clock.now(), anonymous: false, curated }, context.newId("environment"));
  });
}

/**
 * Registers, for a workspace, the environments that come with the product: a new version where a definition differs from the newest one. A name that
 * somebody took before stays theirs. Images are built with their first use, as everybody's.
 */
export function curatedReconciler(context: ControlContext): Reconciler {
  const { curated } = context.settings;
  return {
    name: loops.curated,
    concurrency: 1,
    deadlineMs: 60_000,
    async reconcile(workspaceId) {
      const names = curated.map(({ name }) => name);
      const newest = new Map((await context.store.environments.listNewest(workspaceId, names)).map((row) => [row.name, row]));
      for (const definition of curated) {
        const digest = sha256(curatedIdentity(definition));
        const known = newest.get(definition.name);
        if (known === undefined || (known.curated !== null && known.curated !== digest)) await register(context, workspaceId, definition, digest);
      }
      return done;
    },
  };
}
