import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { projectSchema } from "#server/contract/params";
import { sourceOf } from "#server/domain/environment/types";
import { notFound } from "#server/domain/errors";
import type { BuildParts } from "#server/domain/project/build-files";
import { projectFiles } from "#server/domain/project/project-files";
import type { ProjectInput } from "#server/domain/project/types";
import type { DeploymentRow } from "#server/store/deployments";
import type { OperationContext } from "./context";
import { findSample } from "./doctor-sample";
import { downloadOf, type Download } from "./download";
import { findDeployment, findEndpoint } from "./find";

const serving = (context: OperationContext, name: string): string => context.scaffoldTemplates.get(`serving/${name}`) ?? "";

const partsOf = (context: OperationContext): BuildParts => ({
  images: context.settings.images,
  template: {
    dockerfile: serving(context, "environment.Dockerfile"),
    condaStage: serving(context, "conda.Dockerfile"),
    startScript: serving(context, "aml-start.sh"),
    // Authorities of this installation's network are not the reader's.
    extraCa: null,
  },
  inferenceRequirements: serving(context, "requirements.txt"),
});

async function environmentOf(context: OperationContext, { spec, imageBuildId }: DeploymentRow): Promise<Pick<ProjectInput, "environment" | "image">> {
  const { builds, codes, environments } = context.store;
  const row = await environments.findVersion(spec.environmentVersionId);
  if (row === null) throw notFound("environment.not_found", "The deployment's environment is gone.");
  const build = imageBuildId === null ? null : await builds.findById(imageBuildId);
  const pinned = sourceOf(row.spec) === "image" && row.spec.image !== null && build?.imageRef?.includes("@sha256:") === true ? build.imageRef : null;
  const { contextCodeId } = row.spec;
  const files = contextCodeId === null ? [] : ((await codes.findById(contextCodeId))?.files ?? []);
  return {
    environment: { name: row.name, version: row.version, spec: row.spec, image: pinned ?? row.spec.image, context: files },
    image: build?.sourceDigest ?? build?.imageId ?? null,
  };
}

/** A sample as people read it; one that is no JSON stays as it is. */
function readable(body: string): string {
  try {
    return `${JSON.stringify(JSON.parse(body), null, 2)}\n`;
  } catch {
    return body;
  }
}

/** A deployment as a folder that somebody can open and run: its YAML, model, code, environment, a Dockerfile and an editor's files. */
export async function downloadProject(context: OperationContext, input: z.output<typeof projectSchema>): Promise<Download> {
  requireVerb(context.actor, "deployment.read");
  requireVerb(context.actor, "asset.read");
  const endpoint = await findEndpoint(context, input.endpoint);
  const deployment = await findDeployment(context.store, endpoint, input.deployment);
  const { spec } = deployment;
  const [model, code, sample, environment] = await Promise.all([
    spec.modelVersionId === null ? null : context.store.models.findVersion(spec.modelVersionId),
    spec.codeConfiguration === null ? null : context.store.codes.findById(spec.codeConfiguration.codeId),
    findSample(context, spec),
    environmentOf(context, deployment),
  ]);
  const files = projectFiles({
    endpoint,
    deployment,
    model,
    withModel: input.model === "true",
    code,
    sample: sample === null ? null : readable(sample.body),
    parts: partsOf(context),
    ...environment,
  });
  const name = `${endpoint.name}-${deployment.name}`;
  const placed = files.map((file) => ({ ...file, path: `${name}/${file.path}` }));
  return downloadOf(context, { name, format: input.format, modifiedMs: deployment.updatedAt, files: placed });
}
