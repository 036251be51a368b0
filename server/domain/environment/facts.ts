import type { HttpRoute } from "../probe/types";
import type { EnvironmentSpec } from "./types";

const routeText = ({ port, path }: HttpRoute): string => `:${String(port)}${path}`;

/** What an environment is beside its texts, by the names that people know; what is left out is the platform's usual way. */
export function environmentFacts(spec: EnvironmentSpec): Readonly<Record<string, string>> {
  const { inferenceConfig: routes, container } = spec;
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ["image", spec.image],
    ["conda solver", spec.condaSolver],
    ...Object.entries(spec.buildArgs).map(([name, value]) => [`build argument ${name}`, value] as const),
    ["liveness route", routes === null ? null : routeText(routes.liveness)],
    ["readiness route", routes === null ? null : routeText(routes.readiness)],
    ["scoring route", routes === null ? null : routeText(routes.scoring)],
    ["further routes", routes?.scoringRoutes.join(" ")],
    ["path prefix", routes?.pathPrefix],
    ["protocol", routes?.http2 === true ? "HTTP/2" : null],
    ["command", container?.command?.join(" ")],
    ["user", container?.user],
    ["shared memory", container?.sharedMemoryMib == null ? null : `${String(container.sharedMemoryMib)} MiB`],
  ];
  return Object.fromEntries(facts.flatMap(([name, value]) => (value === null || value === undefined || value === "" ? [] : [[name, value]])));
}

/** The texts that an environment is made of, by the names of their files. */
export function environmentTexts({ condaFile, requirements, dockerfile }: EnvironmentSpec): Readonly<Record<string, string>> {
  const texts = { "conda.yaml": condaFile, "requirements.txt": requirements, Dockerfile: dockerfile };
  return Object.fromEntries(Object.entries(texts).flatMap(([name, text]) => (text === null ? [] : [[name, text]])));
}
