import { logContainers, type LogContainer } from "#server/contract/monitoring";

export const logContainerNames: Readonly<Record<LogContainer, string>> = {
  "inference-server": "Inference server",
  "storage-initializer": "Storage initializer",
  "image-build": "Image build",
  doctor: "Doctor",
};

/** Whose lines are shown; part of the page's address, so that it can be handed on. Empty means all. */
export interface LogPlace {
  readonly container: LogContainer;
  readonly deployment: string;
  readonly instance: string;
}

export const readPlace = (params: Readonly<Record<string, string | undefined>>): LogPlace => ({
  container: logContainers.find((name) => name === params["container"]) ?? "inference-server",
  deployment: params["deployment"] ?? "",
  instance: params["instance"] ?? "",
});

/** Address of a place in the log viewer, or of one line in it. */
export function placeAddress(path: string, { container, deployment, instance }: LogPlace, line: string | null): string {
  const search = new URLSearchParams({
    ...(container === "inference-server" ? {} : { container }),
    ...(deployment === "" ? {} : { deployment }),
    ...(instance === "" ? {} : { instance }),
  }).toString();
  const hash = line === null ? "" : `#${new URLSearchParams({ line }).toString()}`;
  return `${path}${search === "" ? "" : `?${search}`}${hash}`;
}

export const lineOfHash = (hash: string): string | null => new URLSearchParams(hash.replace(/^#/, "")).get("line");
