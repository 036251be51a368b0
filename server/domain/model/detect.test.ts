import { describe, expect, it } from "vitest";
import { definesScoring, detectModelType } from "./detect";

const file = (path: string) => ({ path, sha256: "0".repeat(64), sizeBytes: 1 });

describe("model type", () => {
  it.each([
    [["model.joblib"], "custom_model"],
    [["MLmodel", "model.pkl"], "mlflow_model"],
    [["model/MLmodel"], "mlflow_model"],
    [["densenet/1/model.onnx"], "triton_model"],
    [["1/model.onnx"], "custom_model"],
    [["runs/3/model.pkl"], "custom_model"],
    [["sums/config.pbtxt"], "triton_model"],
    [["net/1/model.savedmodel/saved_model.pb"], "triton_model"],
  ])("of %j is %s", (paths, type) => {
    expect(detectModelType(paths.map(file))).toBe(type);
  });
});

describe("scoring script", () => {
  it.each([
    ["def init():\n  pass\ndef run(data):\n  pass", true],
    ["import os\n\ndef init( ):\n  pass\n\nasync def run(data):\n  pass", true],
    ["def init():\n  pass", false],
    ["class A:\n  def init(self): pass\n  def run(self): pass", false],
    ["# def init()\n# def run()", false],
    ["from mine import Scorer\ns = Scorer()\ninit = s.init\nrun = s.run", true],
  ])("%j: %s", (source, expected) => {
    expect(definesScoring(source)).toBe(expected);
  });
});
