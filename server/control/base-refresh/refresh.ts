import { createHash } from "node:crypto";
import type { Cause } from "#server/domain/deployment/status";
import { platformBases, refreshDockerfile, type PlatformBase, type RefreshedBase } from "#server/domain/environment/base-refresh";
import { classifyBuildFailure } from "#server/domain/environment/build-failure";
import { withoutLogins } from "#server/domain/environment/index-logins";
import { packagesIdentity } from "#server/domain/environment/packages";
import { DriverError, type BuildSpec, type ImageInfo } from "#server/drivers/compute-driver";
import type { BaseRefreshRow } from "#server/store/base-refreshes";
import { writeRoutine, type ControlContext } from "../context";
import { attempt } from "../driver-errors";
import type { PassContext } from "../runtime/outcome";
import { refreshedBases, sourceImage } from "./bases";

const keptLines = 200;
/** Who runs containers of the image: as before the refresh. */
const users: Readonly<Record<PlatformBase, string>> = { platform: "0:0", "platform-inference": "1001:1001" };

type Refreshed = { readonly ok: true; readonly base: RefreshedBase; readonly changed: boolean } | { readonly ok: false; readonly cause: Cause };

const proxiesOf = (buildArgs: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(buildArgs).filter(([name]) => /_proxy$/i.test(name)));

function buildSpec({ settings }: ControlContext, dockerfile: string): BuildSpec {
  const { cpuCores, memoryMib, diskMib, freeDiskMib, timeoutMs, buildArgs } = settings.build;
  const limits = { cpuCores, memoryMib, diskMib, freeDiskMib, timeoutMs };
  const contentHash = createHash("sha256").update(dockerfile).digest("hex").slice(0, 40);
  const repository = `sluice-${settings.installationId}/base`;
  return { contentHash, repository, dockerfile, files: [], buildArgs: proxiesOf(buildArgs), indexLogins: null, registryAuths: [], ...limits };
}

/** Hash over what is installed; where that cannot be listed, one that is like no other, so that the image counts as new. */
async function packagesOf({ driver, settings }: ControlContext, pass: PassContext, image: Pick<ImageInfo, "reference" | "id">): Promise<string> {
  try {
    const contents = await driver.inspectPackages(image.reference, settings.packageScript, pass.signal);
    return createHash("sha256").update(packagesIdentity(contents)).digest("hex");
  } catch (error) {
    if (!(error instanceof DriverError) || error.kind === "unreachable") throw error;
    return image.id;
  }
}

/** One base brought up to date. When nothing in it was new, the one before stays, so that nothing is built anew for nothing. */
async function refreshOne(context: ControlContext, pass: PassContext, row: BaseRefreshRow, name: PlatformBase): Promise<Refreshed> {
  const source = sourceImage(context, name);
  const log = await context.logs.build(row.id);
  const tail: string[] = [];
  const onLog = (raw: string): void => {
    const line = withoutLogins(raw, context.settings.build.logins);
    tail.push(line);
    if (tail.length > keptLines) tail.shift();
    log.write(line);
  };
  try {
    const own = await context.driver.findImage(source);
    const before = (await refreshedBases(context)).find((image) => image.name === name);
    const held = before !== undefined && (await context.driver.findImage(before.reference)) !== null ? before : null;
    const spec = buildSpec(context, refreshDockerfile(source, row.id, users[name]));
    const built = await attempt(() => context.driver.buildImage(spec, context.openArtifact, onLog, pass.signal));
    if (!built.ok) return { ok: false, cause: built.failure };
    if (!built.value.ok) return { ok: false, cause: classifyBuildFailure(tail, built.value.message) };
    const { reference, id } = built.value.image;
    const packages = await packagesOf(context, pass, { reference, id });
    const known = held?.packages ?? (await packagesOf(context, pass, { reference: source, id: own?.id ?? source }));
    if (packages !== known) return { ok: true, changed: true, base: { name, source, reference, id, packages, since: context.clock.now() } };
    return { ok: true, changed: false, base: held ?? { name, source, reference: source, id: own?.id ?? source, packages, since: 0 } };
  } finally {
    await log.flush();
  }
}

async function fail(context: ControlContext, row: BaseRefreshRow, { reason, message, hint }: Cause): Promise<void> {
  const patch = { state: "Failed", reason, message, hint, finishedAt: context.clock.now() } as const;
  await writeRoutine(context, (session) => session.baseRefreshes.update(row.id, patch));
}

/** Carries out a refresh that was asked for. A crash in its middle costs a repetition: equal steps give equal images. */
export async function runRefresh(context: ControlContext, pass: PassContext, row: BaseRefreshRow): Promise<void> {
  if (row.state === "Queued")
    await writeRoutine(context, (session) => session.baseRefreshes.update(row.id, { state: "Building", startedAt: context.clock.now() }));
  const images: RefreshedBase[] = [];
  const changed: string[] = [];
  for (const name of platformBases) {
    const refreshed = await refreshOne(context, pass, row, name);
    if (!refreshed.ok) return fail(context, row, refreshed.cause);
    images.push(refreshed.base);
    if (refreshed.changed) changed.push(name);
  }
  await writeRoutine(context, (session) => session.baseRefreshes.update(row.id, { state: "Succeeded", images, changed, finishedAt: context.clock.now() }));
}
