import Docker from "dockerode";
import { systemClock } from "#server/kernel/clock";
import { loadTestEnvironment } from "#server/kernel/env";

export interface TestEngine {
  readonly socketPath: string;
  readonly docker: Docker;
  readonly images: { readonly inference: string; readonly python: string; readonly initializer: string; readonly gateway: string };
}

export type TestEngineSearch = { readonly engine: TestEngine } | { readonly engine: null; readonly reason: string };

const imageNames = { inference: "minimal-inference", python: "python-base", initializer: "initializer", gateway: "gateway" } as const;

/** The newest platform image of that name on the engine, for runs outside `npm test`. */
async function newestImage(docker: Docker, name: string): Promise<string> {
  const images = await docker.listImages({ filters: JSON.stringify({ label: [`io.sluice.image=${name}`] }) });
  const tagged = images.filter(({ RepoTags }) => RepoTags?.some((tag) => tag.startsWith(`sluice/${name}:`)) ?? false);
  const newest = tagged.sort((a, b) => b.Created - a.Created)[0];
  return newest?.RepoTags?.find((tag) => tag.startsWith(`sluice/${name}:`)) ?? "";
}

async function find(): Promise<TestEngineSearch> {
  const { dockerSocket, images } = loadTestEnvironment();
  const docker = new Docker({ socketPath: dockerSocket });
  try {
    await docker.version();
  } catch (error) {
    return { engine: null, reason: `no Docker engine answers at ${dockerSocket}: ${error instanceof Error ? error.message : String(error)}` };
  }
  const resolve = async (key: keyof typeof imageNames) => (images[key] === "" ? newestImage(docker, imageNames[key]) : images[key]);
  const [inference, python, initializer, gateway] = await Promise.all([resolve("inference"), resolve("python"), resolve("initializer"), resolve("gateway")]);
  const missing = Object.entries({ inference, python, initializer }).filter(([, reference]) => reference === "");
  if (missing.length > 0) return { engine: null, reason: `platform images are missing (${missing.map(([name]) => name).join(", ")}): run npm test once` };
  return { engine: { socketPath: dockerSocket, docker, images: { inference, python, initializer, gateway } } };
}

/** The engine for `*.docker.test.ts`, or the reason to skip; throws the reason where engines are required. */
export async function findTestEngine(): Promise<TestEngineSearch> {
  const search = await find();
  if (search.engine === null && loadTestEnvironment().requireEngines) throw new Error(search.reason);
  return search;
}

/** Removes everything on the engine that carries this installation's label; for before and after a test run. */
export async function reapInstallation(docker: Docker, installation: string): Promise<void> {
  const filters = { label: [`io.sluice.installation=${installation}`] };
  for (const { Id } of await docker.listContainers({ all: true, filters })) await docker.getContainer(Id).remove({ force: true }).catch(ignoreGone);
  for (const { Id } of await docker.listNetworks({ filters })) await removeNetwork(docker, Id);
  const { Volumes } = (await docker.listVolumes({ filters: JSON.stringify(filters) as unknown as typeof filters })) as { Volumes: { Name: string }[] | null };
  for (const { Name } of Volumes ?? []) await docker.getVolume(Name).remove().catch(ignoreGone);
  for (const { Id } of await docker.listImages({ filters: JSON.stringify(filters) })) await docker.getImage(Id).remove({ force: true }).catch(ignoreGone);
}

/** A cancelled build's container leaves its network some moments after the cancelling. */
async function removeNetwork(docker: Docker, id: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await docker.getNetwork(id).remove();
      return;
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return;
      if (attempt === 100) throw error;
    }
    await systemClock.sleep(200);
  }
}

function ignoreGone(error: unknown): void {
  const status = (error as { statusCode?: number }).statusCode;
  if (status !== 404 && status !== 409) throw error;
}
