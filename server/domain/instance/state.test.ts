import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canDesire, canMove, isTerminal } from "./state";
import { instanceDesiredStates, instanceStates } from "./types";

const anyState = fc.constantFrom(...instanceStates);

describe("instance states", () => {
  it("any walk along legal moves ends, and never visits a state twice", () => {
    fc.assert(
      fc.property(fc.array(anyState, { maxLength: 60 }), (wishes) => {
        const visited = ["Pending" as (typeof instanceStates)[number]];
        for (const wish of wishes) {
          const current = visited.at(-1) ?? "Pending";
          if (canMove(current, wish)) visited.push(wish);
        }
        expect(new Set(visited).size).toBe(visited.length);
      }),
    );
  });

  it("nothing leaves a terminal state", () => {
    fc.assert(fc.property(anyState, anyState, (from, to) => !isTerminal(from) || !canMove(from, to)));
  });

  it("every state that is not terminal can fail and can be stopped", () => {
    for (const state of instanceStates.filter((candidate) => !isTerminal(candidate))) {
      expect(canMove(state, "Failed")).toBe(true);
      expect(canMove(state, "Stopped")).toBe(true);
    }
  });

  it("a running instance is never rejected and a pending one never orphaned", () => {
    expect(canMove("Running", "Rejected")).toBe(false);
    expect(canMove("Pending", "Orphaned")).toBe(false);
  });

  it("the wish only moves forward", () => {
    for (const [index, from] of instanceDesiredStates.entries())
      for (const [other, to] of instanceDesiredStates.entries()) expect(canDesire(from, to)).toBe(other > index);
  });
});
