import { createHash } from "node:crypto";
import { buildPlanIdentity, dockerfileBuildPlan, planFor, recipeLogLines, type EnvironmentBuildPlan } from "#server/domain/environment/build-plan";
import { appliedIgnore, type BuildContextFiles } from "#server/domain/environment/docker-ignore";
import { argumentWithLogin } from "#server/domain/environment/index-logins";
import { solveEnvironment } from "#server/domain/environment/solver";
import type { EnvironmentSpec } from "#server/domain/environment/types";
import { judgeEnvironment } from "#server/domain/environment/validate";
import type { Cause } from "#server/domain/deployment/status";
import type { BuildSpec } from "#server/drivers/compute-driver";
import type { ControlSettings } from "../context";

type WorkSettings = Pick<ControlSettings, "images" | "environmentTemplate" | "build" | "installationId">;

export type BuildWork =
  | { readonly kind: "refused"; readonly cause: Cause; readonly lines: readonly string[] }
  /** Used as it is: found on the host, else pulled. */
  | { readonly kind: "image"; readonly reference: string }
  | { readonly kind: "build"; readonly spec: BuildSpec; readonly lines: readonly string[] };

const refused = (reason: string, message: string, hint: string, lines: readonly string[] = []): BuildWork => ({
  kind: "refused",
  cause: { reason, message, hint },
  lines,
});

const capabilitiesOf = ({ images }: WorkSettings) => ({
  pythons: [images.pythonVersion, ...images.otherPythons.map(({ version }) => version)],
  conda: images.conda !== null,
});

function buildOf(plan: EnvironmentBuildPlan, settings: WorkSettings, lines: readonly string[], buildArgs: Readonly<Record<string, string>>): BuildWork {
  const contentHash = createHash("sha256").update(buildPlanIdentity(plan)).digest("hex").slice(0, 40);
  const { timeoutMs, cpuCores, memoryMib, diskMib, freeDiskMib } = settings.build;
  const limits = { cpuCores, memoryMib, diskMib, freeDiskMib, timeoutMs };
  const repository = `sluice-${settings.installationId}/environment`;
  const { dockerfile, files } = plan;
  return {
    kind: "build",
    lines,
    spec: { contentHash, repository, dockerfile, files, buildArgs, indexLogins: settings.build.logins.netrc, registryAuths: [], ...limits },
  };
}

const loginHint = "Leave the line out: every RUN has that variable without it.";

function dockerfileWork(spec: EnvironmentSpec, dockerfile: string, context: BuildContextFiles, settings: WorkSettings): BuildWork {
  const platform = { python: settings.images.python, buildArgs: settings.build.buildArgs };
  const telling = argumentWithLogin(dockerfile, settings.build.buildArgs, settings.build.logins);
  if (telling !== null)
    return refused("DockerfileInvalid", `Line ${String(telling.line)}: ARG ${telling.name} would keep a password in the image's history.`, loginHint);
  const { files, notes } = appliedIgnore(context);
  const plan = dockerfileBuildPlan({ dockerfile, buildArgs: spec.buildArgs }, files, platform, settings.environmentTemplate);
  const given = Object.keys(spec.buildArgs).map((name) => `build argument ${name}${name in plan.buildArgs ? "" : " is declared by no ARG and left out"}`);
  return buildOf(plan, settings, [...notes, ...given], { ...proxiesOf(settings.build.buildArgs), ...plan.buildArgs });
}

/** The engine's predefined arguments reach every RUN without an ARG line. */
const proxiesOf = (buildArgs: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(buildArgs).filter(([name]) => /_proxy$/i.test(name)));

/**
 * What has to be done for an environment's image. Pure: the same environment, context files and settings give the same work.
 * Whatever was accepted at registration is judged again, since the installation's settings may have changed.
 */
export function buildWork(spec: EnvironmentSpec, context: BuildContextFiles, settings: WorkSettings): BuildWork {
  const { images, environmentTemplate } = settings;
  const capabilities = capabilitiesOf(settings);
  const refusal = judgeEnvironment(spec, capabilities);
  if (refusal !== null) {
    const [first] = refusal.fields;
    const reason =
      refusal.code === "environment.image_invalid" ? "ImageReferenceInvalid" : spec.dockerfile === null ? "DependenciesUnsolvable" : "DockerfileInvalid";
    return refused(
      reason,
      refusal.message,
      first?.remedy ?? "",
      refusal.fields.map(({ path, message, remedy }) => `${path}: ${message} ${remedy ?? ""}`),
    );
  }
  if (spec.dockerfile !== null) return dockerfileWork(spec, spec.dockerfile, context, settings);
  const recipe = solveEnvironment(spec, capabilities);
  if (recipe === null) return { kind: "image", reference: spec.image ?? images.inference };
  const plan = planFor(spec, recipe, images, environmentTemplate);
  return buildOf(plan, settings, recipeLogLines(recipe), settings.build.buildArgs);
}
