import { describe, expect, it } from "vitest";
import { isMoving, movingMs, pollInterval, settledMs } from "./polling";

const settled = { generation: 3, observedGeneration: 3, provisioningState: "Succeeded" };

describe("poll interval", () => {
  it("is slow once everything has settled, failed included", () => {
    expect(pollInterval([settled, { ...settled, provisioningState: "Failed" }])).toBe(settledMs);
    expect(pollInterval(undefined)).toBe(settledMs);
  });

  it("is fast while one thing is behind its wish or on its way", () => {
    expect(pollInterval([settled, { ...settled, observedGeneration: 2 }])).toBe(movingMs);
    expect(isMoving({ ...settled, provisioningState: "Creating" })).toBe(true);
  });
});
