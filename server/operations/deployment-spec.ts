import { createHash } from "node:crypto";
import type { createDeploymentSchema } from "#server/contract/deployment";
import { isMountPath } from "#server/domain/deployment/mount-path";
import { specIdentity } from "#server/domain/deployment/spec-identity";
import type { CodeConfiguration, DeploymentSpec } from "#server/domain/deployment/types";
import { judgeSharedMemory } from "#server/domain/environment/container";
import { invalidInput, type FieldError } from "#server/domain/errors";
import type { InstanceType } from "#server/domain/host/types";
import { judgeCores } from "#server/domain/quota/limits";
import type { CodeRow } from "#server/store/codes";
import type { EnvironmentVersionRow } from "#server/store/environments";
import type { ModelVersionRow } from "#server/store/models";
import type { StoreSession } from "#server/store/store";
import type { z } from "zod";
import { resolveCode, resolveEnvironment, resolveModel } from "./asset-references";
import type { OperationContext } from "./context";
import { registerGeneratedCode, registerGeneratedEnvironment, requireScaffold } from "./generated-assets";
import { readCoreUse } from "./quota";

export type DeploymentBody = Omit<z.output<typeof createDeploymentSchema>, "endpoint" | "name">;

const refuse = (code: string, message: string, field: FieldError) => invalidInput(code, message, [field]);

function requireShown(row: { readonly name: string; readonly version: number; readonly archivedAt: number | null }, path: string): void {
  if (row.archivedAt === null) return;
  throw refuse("deployment.asset_archived", `${row.name}:${String(row.version)} is archived.`, {
    path,
    message: "is archived",
    remedy: "Restore it on its page, or choose another version.",
  });
}

async function findModel(context: OperationContext, reference: string): Promise<ModelVersionRow> {
  const row = await resolveModel(context, reference);
  if (row === null)
    throw refuse("deployment.model_unknown", `There is no model ${reference.slice(0, 80)}.`, {
      path: "model",
      message: "is unknown",
      remedy: "Name it as name:version or name@label; the models page lists them.",
    });
  requireShown(row, "model");
  return row;
}

async function findCode(context: OperationContext, reference: string): Promise<CodeRow> {
  const row = await resolveCode(context, reference);
  if (row === null)
    throw refuse("deployment.code_unknown", `There is no code ${reference.slice(0, 80)}.`, {
      path: "code",
      message: "is unknown",
      remedy: "Upload the folder, or name it as name:version or name@label.",
    });
  requireShown(row, "code");
  return row;
}

async function findEnvironment(context: OperationContext, reference: string): Promise<EnvironmentVersionRow> {
  const row = await resolveEnvironment(context, reference);
  if (row === null)
    throw refuse("deployment.environment_unknown", `There is no environment ${reference.slice(0, 80)}.`, {
      path: "environment",
      message: "is unknown",
      remedy: "Name it as name:version or name@label; the environments page lists them.",
    });
  requireShown(row, "environment");
  return row;
}

/** The script must lie in the code and be able to score: told here, before anything is created. */
function requireScript(code: CodeRow, scoringScript: string | null): string {
  if (scoringScript === null || scoringScript === "")
    throw refuse("deployment.script_missing", "Code needs the name of its scoring script.", {
      path: "scoringScript",
      message: "is missing",
      remedy: code.scoringScripts.length === 0 ? "Add a Python file with init() and run()." : `Choose ${code.scoringScripts.join(" or ")}.`,
    });
  if (!code.files.some((file) => file.path === scoringScript))
    throw refuse("deployment.script_unknown", `${code.name}:${code.version} has no file ${scoringScript}.`, {
      path: "scoringScript",
      message: "is not in the code",
      remedy: code.files
        .slice(0, 5)
        .map((file) => file.path)
        .join(", "),
    });
  if (scoringScript.endsWith(".py") && !code.scoringScripts.includes(scoringScript))
    throw refuse("deployment.script_cannot_score", `${scoringScript} does not define both init() and run().`, {
      path: "scoringScript",
      message: "defines no init() and run()",
      remedy: "Define both at the top level of the file.",
    });
  return scoringScript;
}

/** An image with routes of its own answers requests without a script. */
const servesByItself = ({ spec }: EnvironmentVersionRow): boolean => (spec.image !== null || spec.dockerfile !== null) && spec.inferenceConfig !== null;

interface Parts {
  readonly model: ModelVersionRow | null;
  readonly codeConfiguration: CodeConfiguration | null;
  readonly environment: EnvironmentVersionRow;
}

function refuseMissing(environment: EnvironmentVersionRow | null): never {
  if (environment === null)
    throw refuse("deployment.environment_missing", "Without a model to make it from, a deployment needs an environment.", {
      path: "environment",
      message: "is missing",
      remedy: "Choose an environment, or a model of a known kind.",
    });
  throw refuse("deployment.code_missing", "Without code, the environment must be an image that serves by itself, with its three routes.", {
    path: "code",
    message: "is missing",
    remedy: "Choose code and a scoring script, or an environment with an inference configuration.",
  });
}

/** Makes what the request leaves out: the environment, the code, or both. */
async function generateParts(
  context: OperationContext,
  body: DeploymentBody,
  found: { readonly model: ModelVersionRow | null; readonly code: CodeConfiguration | null; readonly environment: EnvironmentVersionRow | null },
): Promise<Parts> {
  const { model } = found;
  if (model === null) return refuseMissing(found.environment);
  const made = await requireScaffold(context, model, body.framework, found.environment === null ? "environment" : "code");
  if (found.environment !== null && made.code === null) return refuseMissing(found.environment);
  const environment = found.environment ?? (await registerGeneratedEnvironment(context, model, made.framework, made.environment));
  if (found.code !== null || made.code === null) return { model, codeConfiguration: found.code, environment };
  const { id } = await registerGeneratedCode(context, model, made.framework, made.code);
  return { model, codeConfiguration: { codeId: id, scoringScript: made.code.scoringScript }, environment };
}

async function resolveParts(context: OperationContext, body: DeploymentBody): Promise<Parts> {
  if (body.code === null && body.scoringScript !== null)
    throw refuse("deployment.code_missing", "A scoring script needs the code that it lies in.", { path: "code", message: "is missing" });
  const environment = body.environment === null ? null : await findEnvironment(context, body.environment);
  const model = body.model === null ? null : await findModel(context, body.model);
  const row = body.code === null ? null : await findCode(context, body.code);
  const code = row === null ? null : { codeId: row.id, scoringScript: requireScript(row, body.scoringScript) };
  if (environment !== null && (code !== null || servesByItself(environment))) return { model, codeConfiguration: code, environment };
  return generateParts(context, body, { model, code, environment });
}

/** Refuses what nothing has to be looked up or made for. */
async function requireCompute(context: OperationContext, body: DeploymentBody): Promise<InstanceType> {
  const type = await context.store.instanceTypes.findByName(body.instanceType);
  if (type === null)
    throw refuse("deployment.instance_type_unknown", `There is no instance type ${body.instanceType.slice(0, 60)}.`, {
      path: "instanceType",
      message: "is unknown",
      remedy: "The compute page lists them.",
    });
  const most = context.settings.requestTimeoutMaxMs;
  if (body.requestSettings.requestTimeoutMs > most)
    throw refuse("deployment.request_timeout_too_long", `A request may take ${String(most)} ms at most.`, {
      path: "requestSettings.requestTimeoutMs",
      message: `is 1 to ${String(most)} ms`,
      remedy: "Give less time. An operator can allow more, up to 600 s: SLUICE_REQUEST_TIMEOUT_MAX_SECONDS.",
    });
  if (body.modelMountPath !== null && !isMountPath(body.modelMountPath))
    throw refuse("deployment.mount_path_invalid", "The mount path must be an absolute path.", { path: "modelMountPath", message: "is not an absolute path" });
  return type;
}

/**
 * Turns a request into the stored wish, with every reference resolved to a version's id. What a model of a known kind is deployed without is made and
 * registered here. Rejects naming field, reason and remedy.
 */
export async function resolveSpec(context: OperationContext, body: DeploymentBody): Promise<DeploymentSpec> {
  const type = await requireCompute(context, body);
  const { model, codeConfiguration, environment } = await resolveParts(context, body);
  const refusal = judgeSharedMemory(environment.spec.container, type);
  if (refusal !== null) throw refusal;
  return {
    description: body.description,
    tags: body.tags,
    modelVersionId: model?.id ?? null,
    codeConfiguration,
    environmentVersionId: environment.id,
    environmentVariables: body.environmentVariables,
    instanceType: body.instanceType,
    instanceCount: body.instanceCount,
    requestSettings: body.requestSettings,
    livenessProbe: body.livenessProbe,
    readinessProbe: body.readinessProbe,
    modelMountPath: body.modelMountPath,
    appInsightsEnabled: body.appInsightsEnabled,
  };
}

export const specHashOf = (spec: DeploymentSpec): string => createHash("sha256").update(specIdentity(spec)).digest("hex");

/** Refuses a wish over the workspace's core quota; `exceptId` is the deployment that it would replace. */
export async function requireQuota(context: OperationContext, session: StoreSession, spec: DeploymentSpec, exceptId: string | null): Promise<void> {
  const { others, demand, quota } = await readCoreUse(session, context.actor.workspaceId, exceptId);
  const refusal = judgeCores(others, demand(spec), quota);
  if (refusal !== null) throw refusal;
}
