import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLive, isTerminal } from "../instance/state";
import { planDeployment, surge, type Plan, type PlanInput, type PlanInstance } from "./plan";

const make = (overrides: Partial<PlanInstance>): PlanInstance => ({
  id: "ins_a",
  slot: 0,
  specHash: "new",
  desiredState: "Running",
  state: "Running",
  ready: true,
  removed: false,
  priorFailures: 0,
  createdAt: 0,
  readyAt: 0,
  endedAt: null,
  ...overrides,
});
const input = (overrides: Partial<PlanInput>): PlanInput => ({
  wishHash: "new",
  count: 1,
  deleting: false,
  instances: [],
  now: 1_000_000,
  jitter: () => 0.5,
  ...overrides,
});

const anyInstance = fc.record({
  slot: fc.nat({ max: 5 }),
  specHash: fc.constantFrom("old", "new"),
  desiredState: fc.constantFrom("Running" as const, "Stopped" as const),
  state: fc.constantFrom("Pending" as const, "Starting" as const, "Running" as const, "Draining" as const, "Stopped" as const, "Failed" as const),
  ready: fc.boolean(),
  priorFailures: fc.nat({ max: 6 }),
  createdAt: fc.nat({ max: 900_000 }),
});
/** Any world that the planner could meet: a terminal instance is never ready, and has ended. */
const anyWorld = fc
  .array(anyInstance, { maxLength: 8 })
  .map((rows) =>
    rows.map((row, index) =>
      make({ ...row, id: `ins_${String(index)}`, ready: row.ready && row.state === "Running", endedAt: isTerminal(row.state) ? row.createdAt + 10 : null }),
    ),
  );

/** The world after a plan was carried out and every container did what it was asked. */
function apply(instances: readonly PlanInstance[], plan: Plan, now: number, serial: number): PlanInstance[] {
  const next = instances.map((instance) => {
    if (plan.actions.some((action) => action.kind === "stop" && action.instanceId === instance.id))
      return { ...instance, desiredState: "Stopped" as const, ready: false };
    if (plan.actions.some((action) => action.kind === "remove" && action.instanceId === instance.id))
      return { ...instance, desiredState: "Removed" as const, removed: true };
    return instance;
  });
  const created = plan.actions.flatMap((action, index) =>
    action.kind === "create"
      ? [
          make({
            id: `new_${String(serial)}_${String(index)}`,
            slot: action.slot,
            state: "Pending",
            ready: false,
            createdAt: now,
            readyAt: null,
            priorFailures: action.priorFailures,
          }),
        ]
      : [],
  );
  return [...next, ...created];
}
const progress = (instances: readonly PlanInstance[], now: number): PlanInstance[] =>
  instances.map((instance) => {
    if (isTerminal(instance.state)) return instance;
    return instance.desiredState === "Running"
      ? { ...instance, state: "Running" as const, ready: true }
      : { ...instance, state: "Stopped" as const, ready: false, endedAt: now };
  });
const occupied = (instances: readonly PlanInstance[]) => instances.filter((instance) => !isTerminal(instance.state) && !instance.removed).length;

describe("planDeployment", () => {
  it("plans nothing in a converged world", () => {
    expect(planDeployment(input({ count: 2, instances: [make({}), make({ id: "ins_b", slot: 1 })] }))).toEqual({ actions: [], requeueAfterMs: null });
  });

  it("creates missing slots at once and replaces only afterwards", () => {
    const plan = planDeployment(input({ count: 3, instances: [make({ specHash: "old" })] }));
    expect(plan.actions).toEqual([
      { kind: "create", slot: 1, priorFailures: 0 },
      { kind: "create", slot: 2, priorFailures: 0 },
    ]);
  });

  it("keeps the old instance until its replacement in the slot is ready", () => {
    const old = make({ specHash: "old" });
    expect(planDeployment(input({ instances: [old] })).actions).toEqual([{ kind: "create", slot: 0, priorFailures: 0 }]);
    expect(planDeployment(input({ instances: [old, make({ id: "ins_b", ready: false })] })).actions).toEqual([]);
    expect(planDeployment(input({ instances: [old, make({ id: "ins_b" })] })).actions).toEqual([{ kind: "stop", instanceId: "ins_a", cause: "replaced" }]);
  });

  it("restarts a failed slot after a delay that doubles, with the failed instance kept until then", () => {
    const failed = make({ state: "Failed", ready: false, readyAt: null, endedAt: 1_000_000, priorFailures: 2, createdAt: 5 });
    expect(planDeployment(input({ instances: [failed] }))).toEqual({ actions: [], requeueAfterMs: 3000 });
    expect(planDeployment(input({ instances: [failed], now: 1_003_000 })).actions).toEqual([{ kind: "create", slot: 0, priorFailures: 3 }]);
  });

  it("tries a changed spec at once although the old one kept failing", () => {
    const failed = make({ specHash: "old", state: "Failed", ready: false, endedAt: 1_000_000, priorFailures: 8 });
    expect(planDeployment(input({ instances: [failed] })).actions).toEqual([
      { kind: "create", slot: 0, priorFailures: 0 },
      { kind: "remove", instanceId: "ins_a" },
    ]);
  });

  it("waits at most five minutes however often a slot failed", () => {
    const failed = make({ state: "Failed", ready: false, readyAt: null, endedAt: 1_000_000, priorFailures: 500 });
    expect(planDeployment(input({ instances: [failed], jitter: () => 0.999_999 })).requeueAfterMs).toBeLessThanOrEqual(300_000);
  });

  it("never goes above count plus surge", () => {
    fc.assert(
      fc.property(anyWorld, fc.integer({ min: 1, max: 5 }), (instances, count) => {
        const after = apply(instances, planDeployment(input({ count, instances })), 1_000_000, 0);
        expect(occupied(after)).toBeLessThanOrEqual(Math.max(count + surge, occupied(instances)));
      }),
    );
  });

  it("never ends a serving instance while fewer than the count would be left serving", () => {
    const serving = (instances: readonly PlanInstance[]) =>
      new Set(instances.filter((instance) => isLive(instance) && instance.ready).map((instance) => instance.slot)).size;
    fc.assert(
      fc.property(anyWorld, fc.integer({ min: 1, max: 5 }), (instances, count) => {
        const after = apply(instances, planDeployment(input({ count, instances })), 1_000_000, 0);
        expect(serving(after)).toBeGreaterThanOrEqual(Math.min(count, serving(instances)));
      }),
    );
  });

  it("converges from any world when repeated, and then plans nothing", () => {
    fc.assert(
      fc.property(anyWorld, fc.integer({ min: 1, max: 5 }), fc.boolean(), (world, count, deleting) => {
        let instances = world;
        let now = 1_000_000;
        for (let round = 0; round < 40; round += 1) {
          const plan = planDeployment(input({ count, instances, now, deleting }));
          instances = progress(apply(instances, plan, now, round), now);
          now += plan.requeueAfterMs ?? 1;
        }
        expect(planDeployment(input({ count, instances, now, deleting }))).toEqual({ actions: [], requeueAfterMs: null });
        const live = instances.filter(isLive);
        expect(live).toHaveLength(deleting ? 0 : count);
        expect(live.every((instance) => instance.specHash === "new" && instance.ready)).toBe(true);
      }),
    );
  });
});
