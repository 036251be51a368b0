import { expect, it } from "vitest";
import { compareVersions, type ComparedVersion } from "./compare";

const file = (path: string, digit: string) => ({ path, sha256: digit.repeat(64), sizeBytes: 10 });
const version = (over: Partial<ComparedVersion> = {}): ComparedVersion => ({
  facts: { type: "custom_model", root: "model" }, texts: {}, description: "", tags: {}, properties: {}, files: [file("a", "1"), file("b", "2")], ...over,
}); // prettier-ignore

it("equal versions differ in nothing", () => {
  expect(compareVersions(version(), version())).toEqual({ values: [], texts: [], files: [], equalFiles: 2 });
});

it("metadata differs by value and files by content, each with what it was and is", () => {
  const comparison = compareVersions(
    version({ tags: { stage: "trial", owner: "me" }, texts: { "conda.yaml": "a", Dockerfile: "FROM x" } }),
    version({
      facts: { type: "mlflow_model", root: "model" },
      texts: { "conda.yaml": "b", Dockerfile: "FROM x" },
      tags: { owner: "me" },
      properties: { rmse: "3" },
      files: [file("b", "3"), file("c", "4")],
    }),
  );
  expect(comparison.values).toEqual([
    { name: "type", before: "custom_model", after: "mlflow_model" },
    { name: "tags.stage", before: "trial", after: null },
    { name: "properties.rmse", before: null, after: "3" },
  ]);
  expect(comparison.texts).toEqual([{ name: "conda.yaml", before: "a", after: "b" }]);
  expect(comparison.files.map(({ path, change }) => [path, change])).toEqual([
    ["a", "removed"],
    ["b", "changed"],
    ["c", "added"],
  ]);
  expect(comparison.equalFiles).toBe(0);
});
