import type { TextOrStoredFile } from "../asset/file";
import type { EnvironmentSpec } from "../environment/types";
import type { AssetFile } from "../model/types";

export interface NamedEnvironment {
  readonly name: string;
  readonly version: number;
  readonly spec: EnvironmentSpec;
  /** The image that it names, by digest where that is known. */
  readonly image: string | null;
  /** Files of a Dockerfile's context. */
  readonly context: readonly AssetFile[];
}

/** The environment in the fields that `sluice local up` reads; `folder` is where its files lie, from the YAML's own. */
export function environmentField({ name, version, spec, image }: NamedEnvironment, folder: string) {
  const routes = spec.inferenceConfig;
  const settings = spec.container;
  return {
    name,
    version,
    image: image ?? undefined,
    conda_file: spec.condaFile === null ? undefined : `${folder}/conda.yaml`,
    conda_solver: spec.condaSolver === "auto" ? undefined : spec.condaSolver,
    requirements_file: spec.requirements === null ? undefined : `${folder}/requirements.txt`,
    build: spec.dockerfile === null ? undefined : { path: folder, dockerfile_path: "Dockerfile", args: spec.buildArgs },
    inference_config:
      routes === null
        ? undefined
        : {
            liveness_route: routes.liveness,
            readiness_route: routes.readiness,
            scoring_route: routes.scoring,
            scoring_routes: routes.scoringRoutes,
            path_prefix: routes.pathPrefix,
            http2: routes.http2,
          },
    container: settings === null ? undefined : { command: settings.command, user: settings.user, shared_memory_mib: settings.sharedMemoryMib },
  };
}

/** What it is made of, below `folder`; its own Dockerfile is whoever's calls, as a project makes one for environments that have none. */
export function environmentFiles({ spec, context }: NamedEnvironment, folder: string): readonly TextOrStoredFile[] {
  return [
    ...(spec.condaFile === null ? [] : [{ path: `${folder}/conda.yaml`, content: spec.condaFile }]),
    ...(spec.requirements === null ? [] : [{ path: `${folder}/requirements.txt`, content: spec.requirements }]),
    // The environment's own text stands for the context's file of that name, as it does in a build.
    ...(spec.dockerfile === null ? [] : context.filter(({ path }) => path !== "Dockerfile").map((file) => ({ ...file, path: `${folder}/${file.path}` }))),
  ];
}
