import type { HttpRoute } from "../probe/types";
import type { EnvironmentSpec } from "./types";

const routeText = ({ port, path }: HttpRoute): string => `:${String(port)}${path}`;

/** What an environment is beside its texts, by the names that people know; what is left out is the platform's usual way. */
export function environmentFacts(
  spec: Pick<EnvironmentSpec, "image" | "condaSolver" | "buildArgs" | "inferenceConfig" | "container">,
): Readonly<Record<string, string>> {
  const { inferenceConfig: routes, container } = spec;
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ["Base image", spec.image],
    ["Conda solver", spec.condaSolver === "auto" ? null : spec.condaSolver],
    ...Object.entries(spec.buildArgs).map(([name, value]) => [`Build argument ${name}`, value] as const),
    ["Liveness route", routes === null ? null : routeText(routes.liveness)],
    ["Readiness route", routes === null ? null : routeText(routes.readiness)],
    ["Scoring route", routes === null ? null : routeText(routes.scoring)],
    ["Further routes", routes?.scoringRoutes.join(" ")],
    ["Path prefix", routes?.pathPrefix],
    ["Protocol", routes?.http2 === true ? "HTTP/2, gRPC passes" : null],
    ["Command", container?.command?.join(" ")],
    ["User", container?.user],
    ["Shared memory", container?.sharedMemoryMib == null ? null : `${String(container.sharedMemoryMib)} MiB`],
  ];
  return Object.fromEntries(facts.flatMap(([name, value]) => (value === null || value === undefined || value === "" ? [] : [[name, value]])));
}

/** The texts that an environment is made of, by the names of their files. */
export function environmentTexts(spec: Pick<EnvironmentSpec, "condaFile" | "requirements" | "dockerfile">): Readonly<Record<string, string>> {
  const texts = { "conda.yaml": spec.condaFile, "requirements.txt": spec.requirements, Dockerfile: spec.dockerfile };
  return Object.fromEntries(Object.entries(texts).flatMap(([name, text]) => (text === null ? [] : [[name, text]])));
}
