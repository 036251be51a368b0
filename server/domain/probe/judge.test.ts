import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eagerPeriodMs, initialProbeState, judgeProbe, probeDueAt, type ProbeState } from "./judge";
import type { ProbeOutcome, ProbeSettings } from "./types";

const azure: ProbeSettings = { initialDelaySeconds: 10, periodSeconds: 10, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 3 };
const failure: ProbeOutcome = { kind: "failure", message: "503" };
const success: ProbeOutcome = { kind: "success" };
const timeout: ProbeOutcome = { kind: "timeout" };

function run(
  kind: "readiness" | "liveness",
  steps: readonly (readonly [atSeconds: number, outcome: ProbeOutcome, inFlight?: number | null])[],
  settings = azure,
) {
  let state: ProbeState = initialProbeState;
  let dead = false;
  let exhausted = false;
  for (const [at, outcome, inFlight = 0] of steps) {
    const judgement = judgeProbe(state, kind, outcome, settings, { now: at * 1000, startedAt: 0, inFlight });
    state = judgement.state;
    dead = judgement.dead;
    exhausted = judgement.readinessExhausted;
  }
  return { state, dead, exhausted };
}

describe("judgeProbe", () => {
  it("makes an instance ready at the first success, also before the initial delay", () => {
    expect(
      run("readiness", [
        [0.25, failure],
        [0.5, success],
      ]).state.ready,
    ).toBe(true);
  });
  it("asks for as many successes in a row as set", () => {
    const settings = { ...azure, successThreshold: 2 };
    expect(
      run(
        "readiness",
        [
          [1, success],
          [2, failure],
          [3, success],
        ],
        settings,
      ).state.ready,
    ).toBe(false);
    expect(
      run(
        "readiness",
        [
          [1, success],
          [2, success],
        ],
        settings,
      ).state.ready,
    ).toBe(true);
  });
  it("counts no failure during the initial delay and at most one per period afterwards", () => {
    const eager = Array.from({ length: 119 }, (_, index) => [index * 0.25, failure] as const);
    expect(run("liveness", eager).dead).toBe(false);
    expect(run("liveness", [...eager, [30, failure]]).dead).toBe(true);
  });
  it("counts a time-out only against an instance that provably has nothing to do", () => {
    const at = (inFlight: number | null) =>
      [
        [10, timeout, inFlight],
        [20, timeout, inFlight],
        [30, timeout, inFlight],
      ] as const;
    expect(run("liveness", at(1)).dead).toBe(false);
    expect(run("liveness", at(null)).dead).toBe(false);
    expect(run("liveness", at(0)).dead).toBe(true);
  });
  it("takes readiness back at the failure threshold and gives it again at a success", () => {
    const lost = run("readiness", [
      [1, success],
      [11, failure],
      [21, failure],
      [31, failure],
    ]);
    expect(lost.state.ready).toBe(false);
    expect(lost.exhausted).toBe(true);
    const again = judgeProbe(lost.state, "readiness", success, azure, { now: 41_000, startedAt: 0, inFlight: 0 });
    expect(again.state.ready).toBe(true);
  });
  it("never calls an instance dead that answered within the last threshold of periods", () => {
    const outcome = fc.constantFrom(success, failure, timeout);
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 40 }), (outcomes) => {
        const steps = outcomes.map((one, index) => [10 + index * 10, one] as const);
        const recent = outcomes.slice(-azure.failureThreshold);
        if (recent.length < azure.failureThreshold || recent.some((one) => one.kind === "success")) expect(run("liveness", steps).dead).toBe(false);
        else expect(run("liveness", steps).dead).toBe(true);
      }),
    );
  });
});

describe("probeDueAt", () => {
  it("hurries until the first success, then keeps the period", () => {
    const unready = run("readiness", [[1, failure]]).state;
    expect(probeDueAt(unready, "readiness", azure, 0)).toBe(1000 + eagerPeriodMs);
    const ready = run("readiness", [[1, success]]).state;
    expect(probeDueAt(ready, "readiness", azure, 0)).toBe(11_000);
    expect(probeDueAt(ready, "liveness", azure, 0)).toBe(10_000);
  });
});
