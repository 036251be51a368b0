import { err, ok, type Result } from "#server/kernel/result";
import { invalidInput, invalidState, type FieldError, type SluiceError } from "../errors";
import { finestStep, isOnStep, percentOfTenths, sumOfPercents, tenthsOf, type TrafficStep } from "./tenths";

/** Deployment name in lower case to percent above 0, in tenths at the finest. */
export type Traffic = Readonly<Record<string, number>>;

export interface TrafficTarget {
  /** As typed. */
  readonly name: string;
  readonly hasReadyInstance: boolean;
  readonly deleting: boolean;
}

/** The one written form of a split: lower-case names, no zeros, names in order, each share the number that its decimal text means. */
export function normalTraffic(traffic: Readonly<Record<string, number>>): Traffic {
  const entries = Object.entries(traffic).map(([name, percent]) => [name.toLowerCase(), percentOfTenths(tenthsOf(percent))] as const);
  return Object.fromEntries(entries.filter(([, percent]) => percent > 0).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Wished percent of a deployment, whatever the case of its name; own entries only, since a deployment may be called "constructor". */
export const percentOf = (traffic: Traffic, deployment: string): number => {
  const name = deployment.toLowerCase();
  return Object.hasOwn(traffic, name) ? (traffic[name] ?? 0) : 0;
};

export const sameTraffic = (a: Traffic, b: Traffic): boolean => JSON.stringify(normalTraffic(a)) === JSON.stringify(normalTraffic(b));

const tenthsRemedy = "Give whole percents. An operator can allow tenths: SLUICE_TRAFFIC_STEP=0.1.";

function shareProblem(path: string, name: string, percent: number, step: TrafficStep): FieldError | null {
  if (percent >= 0 && percent <= 100 && isOnStep(percent, step)) return null;
  const form = step === 1 ? "a whole percent" : `a multiple of ${String(step)} percent`;
  const isTooFine = percent > 0 && percent < 100 && isOnStep(percent, finestStep);
  return { path, message: `${name} cannot get ${String(percent)} %: a share is ${form} from 0 to 100`, ...(isTooFine ? { remedy: tenthsRemedy } : {}) };
}

function shapeProblems(wish: Readonly<Record<string, number>>, known: ReadonlySet<string>, step: TrafficStep): FieldError[] {
  const seen = new Set<string>();
  return Object.entries(wish).flatMap(([name, percent]): FieldError[] => {
    const path = `traffic.${name}`;
    const key = name.toLowerCase();
    const repeated = seen.has(key);
    seen.add(key);
    if (repeated) return [{ path, message: `${name} is named twice` }];
    if (!known.has(key)) return [{ path, message: `there is no deployment ${name}`, remedy: "Leave it out, or create it first." }];
    return [shareProblem(path, name, percent, step) ?? []].flat();
  });
}

/**
 * Judges a wished split against the endpoint's deployments: its normal form, or why not. Shares sum to 0 or 100; a share may only grow at a
 * deployment that has a ready instance and is not being deleted; keeping or lowering one is always allowed. Shares are multiples of `step`; the split
 * that already holds may have been made in finer steps.
 */
export function judgeTraffic(
  wish: Readonly<Record<string, number>>,
  current: Traffic,
  targets: readonly TrafficTarget[],
  step: TrafficStep,
): Result<Traffic, SluiceError> {
  const allowed = sameTraffic(wish, current) ? finestStep : step;
  const problems = shapeProblems(wish, new Set(targets.map((target) => target.name.toLowerCase())), allowed);
  if (problems.length > 0) return err(invalidInput("traffic.invalid", `The split was refused: ${problems[0]?.message ?? ""}.`, problems));
  const normal = normalTraffic(wish);
  const sum = sumOfPercents(Object.values(normal));
  if (sum !== 0 && sum !== 100) {
    return err(
      invalidInput("traffic.sum", `Shares sum to ${String(sum)}; they must sum to 100, or to 0 to turn the endpoint off.`, [
        { path: "traffic", message: `sums to ${String(sum)}` },
      ]),
    );
  }
  const growing = targets.filter((target) => percentOf(normal, target.name) > percentOf(current, target.name));
  const unready = growing.filter((target) => target.deleting || !target.hasReadyInstance);
  if (unready.length === 0) return ok(normal);
  const names = unready.map((target) => target.name).join(", ");
  return err(
    invalidState(
      "traffic.deployment_not_ready",
      `${names} cannot take traffic yet: no instance of it is ready.`,
      unready.map((target) => ({
        path: `traffic.${target.name}`,
        message: target.deleting ? `${target.name} is being deleted` : `${target.name} has no ready instance`,
        remedy: target.deleting ? "Send its share to another deployment." : "Wait until it is ready; its page says what it waits for.",
      })),
    ),
  );
}

/** A deployment that gets traffic is not deleted: that would turn requests into errors. */
export function judgeDeletion(traffic: Traffic, deployment: string): SluiceError | null {
  const percent = percentOf(traffic, deployment);
  if (percent === 0) return null;
  return invalidState("deployment.delete_has_traffic", `${deployment} gets ${String(percent)} % of the traffic.`, [
    { path: "deployment", message: `gets ${String(percent)} %`, remedy: "Move its share to another deployment first." },
  ]);
}

/** The split before a change, for undo; null when one of its deployments is gone, since shares would no longer sum to 100. */
export function undoOf(change: { readonly before: Traffic }, existing: readonly string[]): Traffic | null {
  const known = new Set(existing.map((name) => name.toLowerCase()));
  const before = normalTraffic(change.before);
  return Object.keys(before).every((name) => known.has(name)) ? before : null;
}
