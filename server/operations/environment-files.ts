import { stringify } from "yaml";
import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { downloadVersionSchema } from "#server/contract/params";
import { unlessEmpty } from "#server/domain/deployment/deployment-file";
import { environmentField, environmentFiles } from "#server/domain/project/environment-files";
import type { OperationContext } from "./context";
import { downloadOf, type Download } from "./download";
import { findEnvironmentVersion } from "./environments";

/**
 * What a version is made of as one archive: `environment.yml` in Azure's fields, the dependency file, the Dockerfile with its context. Its text can be
 * the `environment` of a deployment's YAML.
 */
export async function downloadEnvironment(context: OperationContext, input: z.output<typeof downloadVersionSchema>): Promise<Download> {
  requireVerb(context.actor, "asset.read");
  const row = await findEnvironmentVersion(context, input);
  const { name, version, spec, description, tags, properties } = row;
  const built = spec.contextCodeId === null ? null : await context.store.codes.findById(spec.contextCodeId);
  const environment = { name, version, spec, image: spec.image, context: built?.files ?? [] };
  const noted = { description: description === "" ? undefined : description, tags: unlessEmpty(tags), properties: unlessEmpty(properties) };
  const root = `${name}-${String(version)}`;
  const files = [
    { path: `${root}/environment.yml`, content: stringify({ ...environmentField(environment, "."), ...noted }) },
    ...(spec.dockerfile === null ? [] : [{ path: `${root}/Dockerfile`, content: spec.dockerfile }]),
    ...environmentFiles(environment, root),
  ];
  return downloadOf(context, { name: root, format: input.format, modifiedMs: row.createdAt, files });
}
