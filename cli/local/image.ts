import { readFileSync } from "node:fs";
import path from "node:path";
import { loadBuildEnvironment, SettingsError, type BuildEnvironment } from "#server/kernel/env";
import { buildWork } from "#server/control/image-build/recipe-step";
import { classifyBuildFailure } from "#server/domain/environment/build-failure";
import { splitLogins } from "#server/domain/environment/index-logins";
import { ignoreFile } from "#server/domain/environment/docker-ignore";
import type { Machine, Platform } from "../platform";
import { CommandFailure } from "../project/failure";
import type { LocalProject } from "../project/load";
import { openPlaces } from "../project/files";
import { localInstallation } from "./names";

const buildLimits = { cpuCores: 2, memoryMib: 3072, diskMib: 20 * 1024, freeDiskMib: 1024, timeoutMs: 30 * 60_000 } as const;
const keptLines = 400;

/** The variables that a server's builds know as well. */
function buildEnvironment(): BuildEnvironment {
  try {
    return loadBuildEnvironment();
  } catch (error) {
    if (error instanceof SettingsError) throw new CommandFailure("A setting of image builds is wrong.", "Correct the variable, or unset it.", error.problems);
    throw error;
  }
}

function buildSettings({ root }: Platform, { images }: Machine) {
  const serving = (name: string): string => readFileSync(path.join(root, "images/serving", name), "utf8");
  const { pythonVersion, otherPythons, conda, extraCaFile, arguments: buildArguments } = buildEnvironment();
  return {
    installationId: localInstallation,
    images: {
      inference: images.inference,
      initializer: images.initializer,
      python: images.pythonBase,
      pythonVersion,
      otherPythons,
      conda,
    },
    environmentTemplate: {
      dockerfile: serving("environment.Dockerfile"),
      condaStage: serving("conda.Dockerfile"),
      startScript: serving("aml-start.sh"),
      extraCa: extraCaFile === null ? null : readFileSync(extraCaFile, "utf8"),
    },
    build: { concurrency: 1, ...buildLimits, ...splitLogins(buildArguments) },
  };
}

async function pulled(machine: Machine, reference: string): Promise<string> {
  const found = await machine.driver.findImage(reference);
  if (found !== null) return found.reference;
  return (
    await machine.driver.pullImage(reference, null).catch((error: unknown) => {
      throw new CommandFailure(
        `The image ${reference} cannot be had: ${error instanceof Error ? error.message : String(error)}`,
        "Build or load it on this engine, or name another.",
      );
    })
  ).reference;
}

/** Text of the context's `.dockerignore`; null when it has none. */
function ignoreOf({ context, places }: LocalProject): string | null {
  const place = places.get(context.find(({ path: name }) => name === ignoreFile)?.sha256 ?? "");
  return place === undefined ? null : readFileSync(place, "utf8");
}

/** The environment's image, built by the same plan as on a server, or found when its content was built before. */
export async function environmentImage(platform: Platform, machine: Machine, project: LocalProject, onLog: (line: string) => void): Promise<string> {
  const { environment, context, places } = project;
  const work = buildWork(environment, { files: context, ignore: ignoreOf(project) }, buildSettings(platform, machine));
  if (work.kind === "refused") throw new CommandFailure(work.cause.message, work.cause.hint, work.lines);
  if (work.kind === "image") return pulled(machine, work.reference);
  const lines: string[] = [...work.lines];
  const tell = (line: string): void => {
    lines.push(line);
    if (lines.length > keptLines) lines.shift();
    onLog(line);
  };
  for (const line of work.lines) onLog(line);
  const built = await machine.driver.buildImage(work.spec, openPlaces(places), tell);
  if (built.ok) return built.image.reference;
  const failure = classifyBuildFailure(lines, built.message, environment);
  throw new CommandFailure(failure.message, failure.hint, failure.lines);
}
