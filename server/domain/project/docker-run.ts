import { appRoot, containerEnvironment, routesOf } from "../deployment/run-spec";
import type { ProjectBuild } from "./build-files";
import { modelTarget } from "./editor-files";
import type { ProjectInput } from "./types";

/** A word that a shell takes as it is. */
const quoted = (word: string): string => (/^[\w./:@=+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** What the project's image is called where it is built by hand. */
const imageName = ({ endpoint, deployment }: ProjectInput): string => `${endpoint.name}-${deployment.name}`.toLowerCase();

function runCommand(input: ProjectInput, image: string): string {
  const { deployment, model, code, environment } = input;
  const { scoring } = routesOf(environment.spec);
  const { command = null, user = null, sharedMemoryMib = null } = environment.spec.container ?? {};
  const port = String(scoring.port);
  const variables = Object.entries(containerEnvironment(deployment.spec, model, code));
  const words = [
    `docker run --rm -p ${port}:${port}`,
    ...(code === null ? [] : [`-v "$PWD/code/${code.rootName}:${appRoot}/${code.rootName}:ro"`]),
    ...(model === null ? [] : [`-v "$PWD/model/${model.rootName}:${modelTarget(deployment.spec, model)}:ro"`]),
    ...variables.map(([name, value]) => `-e ${name}=${quoted(value)}`),
    ...(user === null ? [] : [`--user ${quoted(user)}`]),
    ...(sharedMemoryMib === null ? [] : [`--shm-size ${String(sharedMemoryMib)}m`]),
    [image, ...(command ?? [])].map(quoted).join(" "),
  ];
  return words.join(" \\\n  ");
}

/** Commands that build, run and call the deployment with an engine alone, from the project's folder. */
export function dockerCommands(input: ProjectInput, build: ProjectBuild): readonly string[] {
  const { scoring } = routesOf(input.environment.spec);
  const image = build.folder === null ? (input.environment.image ?? "") : imageName(input);
  const body = input.sample === null ? `'{"data": []}'` : "@sample-request.json";
  return [
    ...(build.folder === null ? [] : [`docker build -t ${image} ${build.folder}`]),
    runCommand(input, image),
    `curl http://localhost:${String(scoring.port)}${scoring.path} -H "Content-Type: application/json" -d ${body}`,
  ];
}
