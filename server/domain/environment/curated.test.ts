import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { curatedIdentity, readCurated } from "./curated";
import { namesInferenceServer } from "./recipe";
import { judgeEnvironment } from "./validate";

const images = fileURLToPath(new URL("../../../images", import.meta.url));
const read = (file: string): string => readFileSync(path.join(images, file), "utf8");
const definitions = readdirSync(path.join(images, "curated"))
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => [file, readCurated(read(`curated/${file}`), read)] as const);

describe("environments that come with the product", () => {
  it.each(definitions)("%s is one that anybody could register", (_file, { spec, files }) => {
    expect(judgeEnvironment(spec, { pythons: ["3.11"], conda: false })).toBeNull();
    if (spec.requirements !== null) expect(namesInferenceServer(spec.requirements.split("\n"))).toBe(true);
    for (const { path: file } of files) expect(spec.dockerfile).toContain(`COPY ${file} `);
  });

  it("are of the usual kinds, each under a name of its own", () => {
    const names = definitions.map(([, { name }]) => name).sort();
    expect(names).toEqual(["boosting", "minimal", "mlflow", "onnxruntime", "pytorch-cpu", "sklearn", "triton-cpu"].map((name) => `sluice-${name}`));
  });

  it("are new versions exactly when what is in them differs", () => {
    const text = "name: sluice-a\ndescription: A\nrequirements: numpy\n";
    const identity = (definition: string) => curatedIdentity(readCurated(definition, read));
    expect(identity(`# comment\n${text}`)).toBe(identity(text));
    expect(identity(text.replace("numpy", "scipy"))).not.toBe(identity(text));
  });

  it.each([
    ["a name of nobody's", "name: other\ndescription: A\nrequirements: numpy\n", /begins with sluice-/],
    ["two sources", "name: sluice-a\ndescription: A\nrequirements: numpy\ncondaFile: x\n", /exactly one/],
    ["no source", "name: sluice-a\ndescription: A\n", /exactly one/],
    ["files without a Dockerfile", "name: sluice-a\ndescription: A\nrequirements: numpy\nfiles: [triton/start.sh]\n", /go with a dockerfile/],
    ["a word that means nothing", "name: sluice-a\ndescription: A\nrequirements: numpy\nimagee: x\n", /imagee/],
    ["a file elsewhere", "name: sluice-a\ndescription: A\ndockerfile: ../package.json\n", /below images/],
  ])("refuse %s", (_what, text, message) => {
    expect(() => readCurated(text, read)).toThrow(message);
  });
});
