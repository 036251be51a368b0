import { err, ok, type Result } from "#server/kernel/result";
import { invalidInput, invalidState, type FieldError, type SluiceError } from "../errors";
import { mostShadows } from "../routing/schema";
import { percentOf, type Traffic, type TrafficTarget } from "../traffic/rules";
import type { MirrorWish } from "./types";

/** `azure` keeps to Azure's rules; `open` allows several shadows, any share, and shadows that have callers too. */
export const mirrorPolicies = ["azure", "open"] as const;
export type MirrorPolicy = (typeof mirrorPolicies)[number];

/** Azure's limit of mirrored traffic in percent. */
const azureMostPercent = 50;
/** Steps of a share in one percent: Azure's is a whole percent, `open` has hundredths. */
const stepsPerPercent: Readonly<Record<MirrorPolicy, number>> = { azure: 1, open: 100 };

/** The step that a number stands for, without the digits that arithmetic leaves behind; null when it lies between two. */
function stepped(percent: number, policy: MirrorPolicy): number | null {
  const steps = stepsPerPercent[policy];
  const nearest = Math.round(percent * steps);
  return Math.abs(percent * steps - nearest) < 1e-6 ? nearest / steps : null;
}

function shareProblem(name: string, percent: number, policy: MirrorPolicy, traffic: Traffic): string | null {
  const most = policy === "azure" ? azureMostPercent : 100;
  if (percent < 0 || percent > most || stepped(percent, policy) === null)
    return `a mirrored share is 0 to ${String(most)} percent in steps of ${String(1 / stepsPerPercent[policy])}`;
  if (policy === "azure" && percentOf(traffic, name) > 0) return `${name} has live traffic, and may have live or mirrored traffic, not both`;
  return null;
}

const remedy = "An operator can allow more: SLUICE_MIRROR_POLICY=open.";

/** The one written form: lower-case names, no zeros, names in order. */
const normalShares = (shares: Readonly<Record<string, number>>, policy: MirrorPolicy): MirrorWish["shares"] =>
  Object.fromEntries(
    Object.entries(shares)
      .map(([name, percent]) => [name.toLowerCase(), stepped(percent, policy) ?? 0] as const)
      .filter(([, percent]) => percent > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/**
 * Judges a wished mirror: its normal form, or every refused share with why. Azure's rules (one shadow, at most 50 %, no live traffic) hold unless the
 * policy is `open`. Lowering a share to 0 is always allowed.
 */
export function judgeMirror(wish: MirrorWish, traffic: Traffic, targets: readonly TrafficTarget[], policy: MirrorPolicy): Result<MirrorWish, SluiceError> {
  const problems = Object.entries(wish.shares).flatMap(([name, percent]): FieldError[] => {
    const path = `mirrorTraffic.${name}`;
    const target = targets.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    if (target === undefined) return [{ path, message: `there is no deployment ${name}`, remedy: "Leave it out, or create it first." }];
    if (target.deleting && percent > 0) return [{ path, message: `${name} is being deleted` }];
    const problem = shareProblem(name, percent, policy, traffic);
    return problem === null ? [] : [{ path, message: problem, ...(policy === "azure" ? { remedy } : {}) }];
  });
  if (problems.length > 0) return err(invalidInput("mirror.invalid", `The mirror was refused: ${problems[0]?.message ?? ""}.`, problems));
  const shares = normalShares(wish.shares, policy);
  const most = policy === "azure" ? 1 : mostShadows;
  if (Object.keys(shares).length <= most) return ok({ ...wish, shares });
  const message = most === 1 ? "only one deployment may be mirrored to" : `at most ${String(most)} deployments may be mirrored to`;
  return err(invalidInput("mirror.invalid", `The mirror was refused: ${message}.`, [{ path: "mirrorTraffic", message, ...(most === 1 ? { remedy } : {}) }]));
}

/** Under Azure's rules a shadow gets no live traffic as long as calls are mirrored to it. */
export function judgeTrafficOfShadows(traffic: Traffic, mirror: MirrorWish, policy: MirrorPolicy): SluiceError | null {
  const both = Object.keys(mirror.shares).filter((name) => policy === "azure" && percentOf(traffic, name) > 0);
  if (both.length === 0) return null;
  return invalidState(
    "mirror.shadow_with_traffic",
    `${both.join(", ")} gets mirrored traffic, and may have live or mirrored traffic, not both.`,
    both.map((name) => ({ path: `traffic.${name}`, message: "gets mirrored traffic", remedy: "Set its mirrored share to 0 first." })),
  );
}

/** The mirror without a deployment that goes, so that a later one of that name does not inherit its share. */
export function withoutShadow(mirror: MirrorWish, deployment: string): MirrorWish {
  const shares = Object.entries(mirror.shares).filter(([name]) => name !== deployment.toLowerCase());
  return { ...mirror, shares: Object.fromEntries(shares) };
}
