import { expect, it } from "vitest";
import { BuildSteps } from "./build-steps";

it("steps of a build have their times, tell what came from the cache and end with the build", () => {
  const steps = new BuildSteps();
  steps.begin("Pull the base", 0);
  const log: readonly (readonly [string, number])[] = [
    ["Step 1/4 : FROM a", 10],
    [" ---> 123", 20],
    ["Step 2/4 : COPY b /c", 30],
    [" ---> Using cache", 31],
    ["Step 3/4 : RUN x", 40],
    [" ---> Running in 9", 41],
    [" ---> Using cache is what the program printed", 42],
  ];
  expect(log.map(([line, at]) => steps.read(line, at))).toEqual([true, false, true, true, true, false, false]);
  expect(steps.all).toEqual([
    { title: "Pull the base", state: "done", cached: false, startedAt: 0, finishedAt: 10 },
    { title: "FROM a", state: "done", cached: false, startedAt: 10, finishedAt: 30 },
    { title: "COPY b /c", state: "done", cached: true, startedAt: 30, finishedAt: 40 },
    { title: "RUN x", state: "running", cached: false, startedAt: 40, finishedAt: null },
  ]);
  steps.read("Step 4/4 : LABEL io.sluice.kind=image", 50);
  expect(steps.all.at(-1)).toMatchObject({ title: "RUN x", state: "done", finishedAt: 50 });
  steps.begin("Record packages", 60);
  steps.finish(false, 70);
  steps.finish(true, 80);
  expect(steps.all.at(-1)).toMatchObject({ state: "failed", finishedAt: 70 });
});
