import { expect, it } from "vitest";
import { costBars, formatTick } from "./prepare";

it("gives every day one part per deployment that cost something, and every deployment its colour once", () => {
  const part = (deployment: string, compute: number) => ({ endpoint: "e", deployment, color: deployment === "blue" ? 0 : 1, compute, network: 1 });
  const bars = costBars({
    currency: "USD", total: 0, compute: 0, network: 0, perThousandRequests: null, deployments: [],
    days: [{ day: Date.UTC(2026, 0, 31), deployments: [part("blue", 2)] }, { day: Date.UTC(2026, 1, 1), deployments: [part("blue", 3), part("green", 4)] }],
  }); // prettier-ignore
  expect(bars.rows).toEqual([
    { day: "01-31", "e/blue": 3 },
    { day: "02-01", "e/blue": 4, "e/green": 5 },
  ]);
  expect(bars.series.map(({ id, color }) => [id, color])).toEqual([
    ["e/blue", 0],
    ["e/green", 1],
  ]);
});

it("tells the ticks of small sums apart", () => {
  const part = { endpoint: "e", deployment: "blue", color: 0, compute: 0.00019, network: 0 };
  const { ticks } = costBars({
    currency: "USD",
    total: 0,
    compute: 0,
    network: 0,
    perThousandRequests: null,
    deployments: [],
    days: [{ day: 0, deployments: [part] }],
  });
  expect(ticks.map((tick) => formatTick(tick, ticks, "USD"))).toEqual(["$0.00", "$0.00005", "$0.0001", "$0.00015", "$0.0002"]);
  expect([0, 25, 50].map((tick) => formatTick(tick, [0, 25, 50], "USD"))).toEqual(["$0.00", "$25.00", "$50.00"]);
});
