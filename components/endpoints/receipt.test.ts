import { expect, it } from "vitest";
import { isProgramming } from "../queries/polling";
import { programmedSentence } from "./receipt";

const condition = {
  type: "TrafficProgrammed",
  status: "True",
  reason: "Programmed",
  message: "2 gateways run the split.",
  lastTransitionAt: 0,
  observedGeneration: 3,
} as const;

it("a change is in force when the gateways acknowledged its generation, not an older one", () => {
  const held = { generation: 3, conditions: [condition] };
  expect(programmedSentence(held)).toBe("All of this is in force: 2 gateways run the split.");
  expect(programmedSentence({ ...held, generation: 4 })).toBe("On its way to the gateways.");
  expect(programmedSentence({ ...held, conditions: [] })).toBe("On its way to the gateways.");
  expect([isProgramming(held), isProgramming({ ...held, generation: 4 }), isProgramming({ ...held, conditions: [] })]).toEqual([false, true, false]);
});

it("what keeps a change from being in force is told with what to do", () => {
  const refused = {
    ...condition,
    status: "False",
    reason: "GatewayRefused",
    message: "A gateway refused the routing: too old",
    hint: "Look at its log.",
  } as const;
  expect(programmedSentence({ generation: 3, conditions: [refused] })).toBe("A gateway refused the routing: too old Look at its log.");
  const pending = { ...condition, status: "Unknown", reason: "Programming", message: "Gateways are taking over revision 7." } as const;
  expect(isProgramming({ generation: 3, conditions: [pending] })).toBe(true);
});
