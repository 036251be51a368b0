import { createEnvironmentVersionSchema } from "../../server/contract/asset";
import { judgeContainer } from "../../server/domain/environment/container";
import { judgeDockerfile } from "../../server/domain/environment/dockerfile";
import type { z } from "zod";

/** A container that serves by itself, as it is typed. */
export interface ContainerDraft {
  readonly from: "image" | "dockerfile";
  readonly image: string;
  readonly dockerfile: string;
  readonly port: string;
  readonly protocol: "http1" | "http2";
  readonly liveness: string;
  readonly readiness: string;
  readonly scoring: string;
  /** Further routes, one a line. */
  readonly routes: string;
  readonly prefix: string;
  /** Program and arguments, one a line. */
  readonly command: string;
  readonly user: string;
  readonly sharedMemoryMib: string;
}

export const blankContainer: ContainerDraft = {
  from: "image",
  image: "",
  dockerfile: "",
  port: "8000",
  protocol: "http1",
  liveness: "/",
  readiness: "/",
  scoring: "/score",
  routes: "",
  prefix: "",
  command: "",
  user: "",
  sharedMemoryMib: "",
};

type Wish = Pick<z.input<typeof createEnvironmentVersionSchema>, "image" | "dockerfile" | "inferenceConfig" | "container">;

const linesOf = (text: string): string[] => text.split("\n").map((line) => line.trim()).filter((line) => line !== ""); // prettier-ignore
const orNull = (text: string): string | null => (text.trim() === "" ? null : text.trim());

/** The part of an environment's request that the draft comes to. */
export function containerWish(draft: ContainerDraft): Wish {
  const route = (path: string) => ({ path: path.trim(), port: Number(draft.port) });
  const command = linesOf(draft.command);
  const container = {
    command: command.length === 0 ? null : command,
    user: orNull(draft.user),
    sharedMemoryMib: draft.sharedMemoryMib.trim() === "" ? null : Number(draft.sharedMemoryMib),
  };
  return {
    ...(draft.from === "image" ? { image: draft.image.trim() } : { dockerfile: draft.dockerfile }),
    inferenceConfig: {
      liveness: route(draft.liveness),
      readiness: route(draft.readiness),
      scoring: route(draft.scoring),
      scoringRoutes: linesOf(draft.routes),
      pathPrefix: orNull(draft.prefix),
      http2: draft.protocol === "http2",
    },
    container: Object.values(container).every((value) => value === null) ? null : container,
  };
}

export type ContainerProblems = Readonly<Partial<Record<keyof ContainerDraft, string>>>;

/** Where the request's fields are typed. */
const places: Readonly<Record<string, keyof ContainerDraft>> = {
  "inferenceConfig.liveness.path": "liveness",
  "inferenceConfig.readiness.path": "readiness",
  "inferenceConfig.scoring.path": "scoring",
  "inferenceConfig.scoring.port": "port",
  "inferenceConfig.pathPrefix": "prefix",
  "container.command": "command",
  "container.user": "user",
  "container.sharedMemoryMib": "sharedMemoryMib",
};

/** What the server would refuse, by field and by its own rules. */
export function containerProblems(draft: ContainerDraft): ContainerProblems {
  const wish = containerWish(draft);
  const problems: Partial<Record<keyof ContainerDraft, string>> = {};
  const source = draft.from === "image" ? draft.image : draft.dockerfile;
  if (source.trim() === "") problems[draft.from] = draft.from === "image" ? "Name the image." : "Write the Dockerfile.";
  else if (draft.from === "dockerfile") {
    const [first] = judgeDockerfile(draft.dockerfile);
    if (first !== undefined) problems.dockerfile = `Line ${String(first.line)}: ${first.message}`;
  }
  const parsed = createEnvironmentVersionSchema.pick({ inferenceConfig: true, container: true }).safeParse(wish);
  for (const { path, message } of parsed.success ? [] : parsed.error.issues) {
    const place = path.slice(0, 2).join(".") === "inferenceConfig.scoringRoutes" ? "routes" : places[path.join(".")];
    if (place !== undefined) problems[place] ??= message;
  }
  const refusal = parsed.success && parsed.data.container !== null ? judgeContainer(parsed.data.container) : null;
  for (const field of refusal?.fields ?? []) {
    const place = places[field.path];
    if (place !== undefined) problems[place] ??= `${refusal?.message ?? ""} ${field.remedy ?? ""}`.trim();
  }
  return problems;
}
