import { imageCheck, startCheck, storageCheck } from "./begin-checks";
import { stopCheck, swaggerCheck } from "./end-checks";
import { latencyCheck, memoryCheck, responseCheck } from "./run-checks";
import { doctorCheckNames, type DoctorCheck, type DoctorCheckName, type DoctorFacts, type DoctorLimits, type Verdict } from "./types";
import { check } from "./words";

const judges: Readonly<Record<DoctorCheckName, (facts: DoctorFacts, limits: DoctorLimits) => DoctorCheck | null>> = {
  image: imageCheck,
  storage: storageCheck,
  start: startCheck,
  memory: memoryCheck,
  response: responseCheck,
  latency: latencyCheck,
  swagger: swaggerCheck,
  stop: stopCheck,
};

/** Every check in its order: judged, not known yet, or (once the run is over) not reached. */
export const judgeChecks = (facts: DoctorFacts, limits: DoctorLimits, isOver: boolean): readonly DoctorCheck[] =>
  doctorCheckNames.map((name) => judges[name](facts, limits) ?? (isOver ? check(name, "skipped", "Not reached.") : check(name, null, "")));

/** The worst of all. Null while one is not known. */
export function verdictOf(checks: readonly DoctorCheck[]): Verdict | null {
  if (checks.some(({ verdict }) => verdict === null)) return null;
  return (["failed", "warning", "passed"] as const).find((wanted) => checks.some(({ verdict }) => verdict === wanted)) ?? "skipped";
}
