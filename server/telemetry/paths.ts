import path from "node:path";

export const hourMs = 3_600_000;
export const minuteMs = 60_000;

/** Folder that holds one folder per gateway, each with its `spool`. */
export const gatewaysDirectory = (home: string): string => path.join(home, "gateway");
export const requestsDirectory = (home: string): string => path.join(home, "telemetry", "requests");
export const logsDirectory = (home: string): string => path.join(home, "telemetry", "logs");
export const buildsDirectory = (home: string): string => path.join(home, "telemetry", "builds");

/** `dt=YYYY-MM-DD/hh=HH` of an instant, in UTC. */
export function hourFolder(at: number): string {
  const iso = new Date(at).toISOString();
  return path.join(`dt=${iso.slice(0, 10)}`, `hh=${iso.slice(11, 13)}`);
}

/** Start of the hour that a folder stands for, null when the name is not one of ours. */
export function hourOfFolder(day: string, hour: string): number | null {
  const date = /^dt=(\d{4}-\d{2}-\d{2})$/.exec(day)?.[1];
  const hh = /^hh=(\d{2})$/.exec(hour)?.[1];
  if (date === undefined || hh === undefined) return null;
  const at = Date.parse(`${date}T${hh}:00:00Z`);
  return Number.isNaN(at) ? null : at;
}

/** Ids become file names, so anything that could climb out of the folder is refused. */
function segment(id: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(id) || id.includes("..")) throw new Error(`not usable as a file name: ${JSON.stringify(id)}`);
  return id;
}

export type InstanceContainer = "inference-server" | "storage-initializer";

/** Log of one container run of a deployment; `sourceId` is the instance's id (or the staging's, for the storage initializer). */
export const instanceLogPath = (home: string, deploymentId: string, container: InstanceContainer, sourceId: string): string =>
  path.join(logsDirectory(home), segment(deploymentId), container, `${segment(sourceId)}.ndjson`);

export const buildLogPath = (home: string, buildId: string): string => path.join(buildsDirectory(home), `${segment(buildId)}.log`);
