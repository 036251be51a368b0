import { expect, it } from "vitest";
import { WakeUp } from "./wake-up";

it("wakes all who wait, at once when it is over already, and keeps nobody who stopped waiting", async () => {
  const wakeUp = new WakeUp();
  const stop = new AbortController();
  const waits = [wakeUp.next(new AbortController().signal), wakeUp.next(stop.signal), wakeUp.next(stop.signal)];
  stop.abort();
  await Promise.all(waits.slice(1));
  expect(wakeUp.waiting).toBe(1);
  wakeUp.ring();
  await waits[0];
  await wakeUp.next(stop.signal);
  expect(wakeUp.waiting).toBe(0);
});
