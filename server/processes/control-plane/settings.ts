import { readFileSync } from "node:fs";
import path from "node:path";
import type { ControlSettings } from "../../control/context";
import { readCuratedFolder } from "../../control/curated/folder";
import { splitLogins } from "../../domain/environment/index-logins";
import type { Settings } from "../../kernel/env";
import { readPlannedStops } from "../supervisor/planned-stops";

/** Enough for the compilers of a few packages, on a machine that serves at the same time. */
const buildLimits = { cpuCores: 2, memoryMib: 3072 } as const;
/** Bodies of requests are held by the inference server in memory, several at once. */
const maxBodyBytes = 32 * 1024 * 1024;

const dayMs = 86_400_000;

/** Images of the platform that this installation was started with. */
const currentImages = (images: Settings["images"]): readonly string[] => [
  images.inference,
  images.python,
  images.initializer,
  images.gateway,
  ...images.otherPythons.map((python) => python.image),
  ...(images.conda === null ? [] : [images.conda]),
];

/** What the loops need of the process's settings; `root` is the project's folder, which holds the templates of generated images. */
export function controlSettings(settings: Settings, root: string): ControlSettings {
  const serving = (name: string): string => readFileSync(path.join(root, "images/serving", name), "utf8");
  const { extraCaFile } = settings.build;
  return {
    installationId: settings.installationId,
    supernet: settings.supernet,
    hostName: "local",
    images: settings.images,
    environmentTemplate: {
      dockerfile: serving("environment.Dockerfile"),
      condaStage: serving("conda.Dockerfile"),
      startScript: serving("aml-start.sh"),
      extraCa: extraCaFile === null ? null : readFileSync(extraCaFile, "utf8"),
    },
    packageScript: serving("list-packages.py"),
    curated: readCuratedFolder(root, settings.images.torchIndexUrl),
    build: {
      concurrency: settings.build.concurrency,
      timeoutMs: settings.build.timeoutMs,
      diskMib: settings.build.diskMib,
      freeDiskMib: settings.build.freeDiskMib,
      ...buildLimits,
      ...splitLogins(settings.build.arguments),
    },
    baseRefresh: { everyMs: settings.imageRefreshDays === 0 ? null : settings.imageRefreshDays * dayMs },
    placement: settings.placement,
    maxBodyBytes,
    imports: settings.imports,
    uploadsFolder: path.join(settings.home, "uploads"),
    plannedStops: readPlannedStops(settings.home),
    imagePolicy: { keep: settings.retention.images, keepMs: settings.retention.imageDays * dayMs, current: currentImages(settings.images) },
    historyRetention: { eventMs: settings.retention.eventDays * dayMs, auditMs: settings.retention.auditDays * dayMs },
  };
}

/** The token that the gateway of this installation signs in with; written by set-up with mode 0600. */
export const readGatewayToken = (home: string): string => readFileSync(path.join(home, "secrets/gateway.token"), "utf8").trim();
