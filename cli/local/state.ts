import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { z } from "zod";
import { CommandFailure } from "../project/failure";

const schema = z.object({
  file: z.string(),
  endpoint: z.string(),
  deployment: z.string(),
  deploymentId: z.string(),
  instanceId: z.string(),
  image: z.string(),
  baseUrl: z.string(),
  scoringPath: z.string(),
  memoryMib: z.number(),
  codeFolder: z.string().nullable(),
  codeRoot: z.string().nullable(),
});

/** A local deployment that is up, as the commands after `up` need to know it. */
export type LocalState = z.infer<typeof schema>;

/** By the desktop convention. */
const allStates = (): string => path.join(process.env["XDG_STATE_HOME"] ?? path.join(os.homedir(), ".local", "state"), "sluice", "local");

/** Folder with a deployment's state and the logs of its last build and staging. */
export const stateFolder = (endpoint: string, deployment: string): string => path.join(allStates(), `${endpoint.toLowerCase()}.${deployment.toLowerCase()}`);

export async function writeState(state: LocalState): Promise<void> {
  const folder = stateFolder(state.endpoint, state.deployment);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(path.join(folder, "state.json"), `${JSON.stringify(state, null, 2)}\n`);
}

export const removeState = (state: LocalState): Promise<void> => rm(stateFolder(state.endpoint, state.deployment), { recursive: true, force: true });

/** Every local deployment that is up. */
export async function listStates(): Promise<LocalState[]> {
  const names = await readdir(allStates()).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(path.join(allStates(), name, "state.json"), "utf8").catch(() => null)));
  return texts.flatMap((text) => {
    const parsed = text === null ? null : schema.safeParse(JSON.parse(text));
    return parsed?.success === true ? [parsed.data] : [];
  });
}

export interface Selection {
  readonly endpoint?: string;
  readonly deployment?: string;
}

/** The local deployment that is meant: the only one that is up, or the one that the options name. */
export async function findState(wanted: Selection): Promise<LocalState> {
  const all = await listStates();
  const matching = all.filter(
    (state) =>
      (wanted.endpoint === undefined || state.endpoint.toLowerCase() === wanted.endpoint.toLowerCase()) &&
      (wanted.deployment === undefined || state.deployment.toLowerCase() === wanted.deployment.toLowerCase()),
  );
  const [first, ...others] = matching;
  if (first === undefined) throw new CommandFailure("No such local deployment is up.", "Start one: sluice local up -f deployment.yml");
  if (others.length > 0)
    throw new CommandFailure(
      `Several local deployments are up: ${matching.map(({ endpoint, deployment }) => `${endpoint}/${deployment}`).join(", ")}.`,
      "Name one with --endpoint and --deployment.",
    );
  return first;
}
