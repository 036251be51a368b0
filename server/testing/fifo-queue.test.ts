import { expect, it } from "vitest";
import { fifoWaits } from "./fifo-queue";

it("whoever is free first takes the next request", () => {
  const requests = [
    { arrivedAt: 0, serviceMs: 100 },
    { arrivedAt: 10, serviceMs: 20 },
    { arrivedAt: 15, serviceMs: 50 },
    { arrivedAt: 20, serviceMs: 1 },
    { arrivedAt: 500, serviceMs: 1 },
  ];
  expect(fifoWaits(requests, 2)).toEqual([0, 0, 15, 60, 0]);
  expect(fifoWaits(requests, 1)).toEqual([0, 90, 105, 150, 0]);
});
