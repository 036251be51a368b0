import type { z } from "zod";
import { requireVerb } from "#server/auth/policy";
import type { EnvironmentCheckDto, EnvironmentOptionsDto } from "#server/contract/asset";
import type { checkEnvironmentSchema } from "#server/contract/params";
import { solveEnvironment } from "#server/domain/environment/solver";
import type { EnvironmentCapabilities } from "#server/domain/environment/types";
import { judgeEnvironment } from "#server/domain/environment/validate";
import type { Settings } from "#server/kernel/env";
import type { OperationContext } from "./context";

/** What this installation can build with, from its settings. */
export const capabilitiesOf = ({ images }: Pick<Settings, "images">): EnvironmentCapabilities => ({
  pythons: [images.pythonVersion, ...images.otherPythons.map(({ version }) => version)],
  conda: images.conda !== null,
});

/** What forms may offer. */
export async function getEnvironmentOptions(context: OperationContext): Promise<EnvironmentOptionsDto> {
  requireVerb(context.actor, "asset.read");
  return Promise.resolve(capabilitiesOf(context.settings));
}

const lineOf = (path: string): number | null => (/\.\d+$/.test(path) ? Number(path.slice(path.lastIndexOf(".") + 1)) : null);

/** What an environment comes to, without creating anything: for checks while typing. */
export async function checkEnvironment(context: OperationContext, input: z.output<typeof checkEnvironmentSchema>): Promise<EnvironmentCheckDto> {
  requireVerb(context.actor, "asset.read");
  const spec = { ...input, contextCodeId: null };
  const capabilities = capabilitiesOf(context.settings);
  const refusal = judgeEnvironment(spec, capabilities);
  const recipe = solveEnvironment(spec, capabilities);
  return Promise.resolve({
    solver: recipe?.solver ?? null,
    python: recipe?.python.version ?? null,
    warning: recipe?.warning ?? null,
    lines: recipe?.lines ?? [],
    notes: recipe?.notes ?? [],
    problems: (refusal?.fields ?? []).map(({ path, message, remedy }) => ({ path, line: lineOf(path), message, remedy: remedy ?? "" })),
  });
}
