import { describe, expect, it } from "vitest";
import { labelPattern, parseAssetReference } from "./reference";

describe("a reference to an asset", () => {
  it.each([
    ["risk:3", { by: "version", name: "risk", version: 3 }],
    ["azureml:risk:3", { by: "version", name: "risk", version: 3 }],
    ["risk@latest", { by: "label", name: "risk", label: "latest" }],
    ["azureml:risk@champion", { by: "label", name: "risk", label: "champion" }],
    ["mv_0199", { by: "id", id: "mv_0199" }],
    ["risk@", { by: "id", id: "risk@" }],
    ["a@b@c", { by: "id", id: "a@b@c" }],
    ["risk:latest", { by: "id", id: "risk:latest" }],
  ])("%s", (text, expected) => {
    expect(parseAssetReference(text)).toEqual(expected);
  });

  it("has labels that cannot be taken for versions or for a second separator", () => {
    expect(["champion", "v2.1", "a-b_c"].every((label) => labelPattern.test(label))).toBe(true);
    expect(["", "2", "a@b", "a:b", "a b", "é"].some((label) => labelPattern.test(label))).toBe(false);
  });
});
