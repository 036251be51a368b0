import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildPlanIdentity, condaBuildPlan, dockerfileBuildPlan, environmentBuildPlan, isImageReference, recipeLogLines } from "./build-plan";
import { parseCondaFile } from "./conda";
import { condaFileWithServer } from "./conda-file";
import { readCondaSpec, toRequirement } from "./conda-spec";
import { choosePython } from "./python-version";
import { environmentRecipe } from "./recipe";
import { parseRequirements } from "./requirements";

const pythons = ["3.11"];
const conda = (text: string) => {
  const recipe = environmentRecipe({ condaFile: text, requirements: null }, { pythons });
  if (recipe === null) throw new Error("no recipe");
  return recipe;
};

const sample = `name: model-env
channels:
  - conda-forge
dependencies:
  - python=3.12
  - numpy=2.3.1
  - pip=25.1.1
  - scikit-learn=1.7
  - conda-forge::scipy=1.16.0=py312h1
  - pytorch>=2.1,<3
  - pip:
      - azureml-inference-server-http==1.4.1
      - inference-schema[numpy-support]
      - joblib
`;

describe("environment recipe from a conda file", () => {
  it("maps the usual file and says every difference with its line", () => {
    const recipe = conda(sample);
    expect(recipe.problems).toEqual([]);
    expect(recipe.lines).toEqual([
      "numpy==2.3.1",
      "scikit-learn==1.7.*",
      "scipy==1.16.0",
      "torch>=2.1,<3",
      "azureml-inference-server-http==1.4.1",
      "inference-schema[numpy-support]",
      "joblib",
    ]);
    expect(recipe.python).toEqual({ requested: "3.12.*", version: "3.11", minors: [12] });
    expect(recipe.notes.map(({ line }) => line)).toEqual([5, 7, 9, 10]);
    expect(recipe.notes[0]?.message).toBe("Python 3.12.* is not available; Python 3.11 is used instead.");
    const log = recipeLogLines({ ...recipe, solver: "pip", warning: "mapped" });
    expect(log[0]).toBe("WARNING: mapped");
    expect(log).toContain("note, line 7: pip is left out: packages bring it along.");
    // Every substitution is listed, also those that only change the way of writing.
    expect(log).toContain("line 6: numpy=2.3.1 -> numpy==2.3.1");
    expect(log).toContain("line 10: pytorch>=2.1,<3 -> torch>=2.1,<3");
  });

  it("adds the inference server when it is absent, unpinned", () => {
    expect(conda("dependencies: [numpy]").lines).toEqual(["numpy", "azureml-inference-server-http"]);
    expect(conda("dependencies: [{pip: [Azureml_Inference.Server-HTTP~=1.4]}]").lines).toEqual(["Azureml_Inference.Server-HTTP~=1.4"]);
  });

  it.each([
    ["dependencies:\n  - python=3.11\n  - r-base=4.3\n", 3, "r-base"],
    ["dependencies:\n  - ffmpeg\n", 2, "ffmpeg"],
    ["dependencies:\n  - numpy\n\n  - gcc_linux-64=12\n", 4, "gcc_linux-64"],
    ["dependencies:\n  - libprotobuf=3.20\n", 2, "libprotobuf"],
    ["dependencies:\n  - cudatoolkit=11.8\n", 2, "cudatoolkit"],
    ["dependencies:\n  - numpy=1.2|1.3\n", 2, "numpy"],
    ["dependencies:\n  - python=2.7\n", 2, "python"],
    ["dependencies:\n  - numpy\n  - pip:\n      - -r requirements.txt\n", 4, null],
    ["dependencies:\n  - pip:\n      - ./mylib\n", 3, null],
    ["dependencies:\n  - pip:\n      - --index-url https://u:p@index.example/simple\n", 3, null],
  ])("names the line and the package of what cannot be honoured: %j", (text, line, name) => {
    const [problem, ...others] = conda(text).problems;
    expect(problem).toMatchObject({ line, package: name });
    expect(problem?.remedy).not.toBe("");
    expect(others).toEqual([]);
  });

  it.each([
    ["dependencies: [numpy", 1],
    ["dependencies:\n  - numpy\n bad: x\n", 3],
    ["name: x\n", 1],
    ["- a\n- b\n", 1],
    ["", 1],
    ["dependencies: numpy", 1],
    ["dependencies:\n  - numpy\n  - 3\n", 3],
    ["dependencies:\n  - npm:\n      - x\n", 2],
  ])("says where the file itself is wrong: %j", (text, line) => {
    expect(conda(text).problems[0]?.line).toBe(line);
  });

  it("answers any text with a recipe and never throws", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(...Array.from("dependencies:\n -[]{}&*!|>'\"#=pip 3.1")) }), fc.json()),
        (text) => {
          const lines = text.split("\n").length;
          for (const problem of conda(text).problems) expect(problem.line ?? 1).toBeLessThanOrEqual(lines + 1);
          environmentRecipe({ condaFile: null, requirements: text }, { pythons });
        },
      ),
      { numRuns: 500 },
    );
  });

  it("gives every valid-looking entry as one requirement line, one note or one problem", () => {
    const entry = fc.tuple(fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/), fc.constantFrom("", "=1.2", "=1.2.3", "==1.0", ">=1", " 1.2.3 py_0", "=1=b", "|x"));
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1 }), (entries) => {
        const recipe = conda(`dependencies:\n${entries.map(([name, version]) => `  - "${name}${version}"`).join("\n")}\n`);
        const lines = recipe.lines.every((line) => /^[A-Za-z0-9._-]+(([<>=!~]=?|==)[^\s]+)?$/.test(line));
        expect(lines).toBe(true);
        expect(recipe.lines.length + recipe.notes.length + recipe.problems.length).toBeGreaterThanOrEqual(entries.length);
      }),
    );
  });
});

describe("conda entries", () => {
  it.each([
    ["numpy", "numpy"],
    ["numpy=1.26.4", "numpy==1.26.4"],
    ["numpy=1.26", "numpy==1.26.*"],
    ["numpy=1.26.*", "numpy==1.26.*"],
    ["numpy==1.26", "numpy==1.26"],
    ["numpy 1.26.4", "numpy==1.26.4"],
    ["numpy 1.26.4 py311h64a7726_0", "numpy==1.26.4"],
    ["numpy=1.26.4=py311h64a7726_0", "numpy==1.26.4"],
    ["numpy >=1.2, <2", "numpy>=1.2,<2"],
    ["numpy[version='>=1.2']", "numpy>=1.2"],
    ["numpy=*", "numpy"],
    ["pytorch::pytorch=2.1.0", "torch==2.1.0"],
    ["py-xgboost", "xgboost"],
    ["Pyyaml=6.0", "PyYAML==6.0.*"],
    ["msgpack-python", "msgpack"],
    ["opencv=4", "opencv-python-headless==4.*"],
  ])("%s becomes %s", (text, requirement) => {
    const spec = readCondaSpec(text);
    expect(spec && toRequirement(spec)).toBe(requirement);
  });

  it.each(["", "=1.2", "numpy=1.2|1.3", "numpy>=", "numpy [build=x]", "a b c d", "numpy ;rm"])("%j is no entry that pip could be told", (text) => {
    expect(readCondaSpec(text)).toBeNull();
  });
});

describe("choosePython", () => {
  it.each([
    ["", "3.11", true],
    ["==3.11.*", "3.11", true],
    ["==3.11.4", "3.11", true],
    [">=3.8,<3.12", "3.11", true],
    [">=3.8", "3.11", true],
    ["==3.*", "3.11", true],
    ["==3.12.*", "3.13", false],
    ["==3.9.*", "3.11", false],
    ["==3.13.*", "3.13", true],
  ])("%s takes %s", (version, chosen, exact) => {
    const available = version === "==3.12.*" ? ["3.10", "3.13"] : ["3.11", "3.13"];
    expect(choosePython(version, available)).toMatchObject({ choice: { version: chosen }, exact });
  });
  it("knows no Python 2", () => {
    expect(choosePython("==2.7.*", ["3.11"])).toBeNull();
    expect(choosePython("abc", ["3.11"])).toBeNull();
  });
});

describe("requirements file", () => {
  it("drops comments, joins continued lines and keeps the line each entry starts on", () => {
    const { lines, problems } = parseRequirements(
      "# top\nnumpy==1.26.4 # pinned\n\npandas>=2 \\\n  ,<3\n--extra-index-url https://index.example/simple\ntorch @ https://files.example/torch.whl#sha256=ab\n",
    );
    expect(problems).toEqual([]);
    expect(lines).toEqual([
      { line: 2, text: "numpy==1.26.4" },
      { line: 4, text: "pandas>=2 ,<3" },
      { line: 6, text: "--extra-index-url https://index.example/simple" },
      { line: 7, text: "torch @ https://files.example/torch.whl#sha256=ab" },
    ]);
  });

  it("says the line of what is no requirement", () => {
    expect(parseRequirements("numpy\n-e .\nfoo bar baz\n--trusted-host x").problems.map(({ line }) => line)).toEqual([2, 3, 4]);
  });
});

describe("environment build plan", () => {
  const template = {
    dockerfile: "FROM @BASE@ AS build\nCOPY requirements.txt /tmp/\nFROM @BASE@\nCOPY --from=build /opt/aml/env /opt/aml/env\n",
    condaStage: "FROM @CONDA@ AS build\nCOPY conda.yaml /tmp/conda.yaml\nRUN micromamba create --file /tmp/conda.yaml\n",
    startScript: "#!/bin/sh\n",
    extraCa: null,
  };
  const recipe = conda("dependencies: [numpy=1.26.4]");

  it("puts the base into the template and the lines into requirements.txt", () => {
    const plan = environmentBuildPlan(recipe, { image: "sluice/python-base:abc", foreign: false }, template);
    expect(plan.dockerfile).toBe(
      "FROM sluice/python-base:abc AS build\nCOPY requirements.txt /tmp/\nFROM sluice/python-base:abc\nCOPY --from=build /opt/aml/env /opt/aml/env\n",
    );
    expect(plan.files[0]).toEqual({ path: "requirements.txt", content: "numpy==1.26.4\nazureml-inference-server-http\n", mode: 0o644 });
  });

  it("gives a foreign base what the template relies on", () => {
    const { dockerfile } = environmentBuildPlan(recipe, { image: "python:3.11-slim", foreign: true }, template);
    expect(dockerfile).toMatch(/^FROM python:3\.11-slim AS sluice-base\nUSER root\n/);
    expect(dockerfile).toContain("FROM sluice-base AS build");
    expect(dockerfile).not.toContain("sys.version_info");
  });

  it("checks in the build that a foreign base has the Python that was asked for, and gives installs the extra authorities", () => {
    const asked = environmentRecipe({ condaFile: "dependencies: ['python>=3.12,<3.14', numpy]", requirements: null }, { pythons: null });
    if (asked === null) throw new Error("no recipe");
    expect(asked.python).toEqual({ requested: ">=3.12,<3.14", version: null, minors: [12, 13] });
    const plan = environmentBuildPlan(asked, { image: "python:3.12", foreign: true }, { ...template, extraCa: "PEM" });
    expect(plan.dockerfile).toContain("sys.exit(0 if minor in (12, 13,)");
    expect(plan.dockerfile.indexOf("extra-ca.pem")).toBeLessThan(plan.dockerfile.indexOf("pip install -q uv"));
    expect(plan.files.at(-1)).toEqual({ path: ".sluice/extra-ca.pem", content: "PEM", mode: 0o644 });
  });

  it("lets conda install in a stage of its own and adds the server to the file's pip list", () => {
    const file = condaFileWithServer("name: x\nchannels: [conda-forge]\ndependencies:\n  - python=3.12\n  - r-base\n  - pip:\n      - joblib\n");
    expect(parseCondaFile(file).pip.map(({ text }) => text)).toEqual(["joblib", "azureml-inference-server-http"]);
    expect(parseCondaFile(file).dependencies.map(({ text }) => text)).toEqual(["pip", "python=3.12", "r-base"]);
    const plan = condaBuildPlan(file, { image: "sluice/python-base:abc", foreign: false }, "conda:1", template);
    expect(plan.dockerfile).toBe(
      "FROM conda:1 AS build\nUSER root\nCOPY conda.yaml /tmp/conda.yaml\nRUN micromamba create --file /tmp/conda.yaml\nFROM sluice/python-base:abc\nCOPY --from=build /opt/aml/env /opt/aml/env\n",
    );
    expect(condaBuildPlan(file, { image: "mine:1", foreign: true }, "conda:1", { ...template, extraCa: "PEM" }).dockerfile).toMatch(
      /^FROM conda:1 AS build\nUSER root\nCOPY \.sluice\/extra-ca\.pem[\s\S]*FROM mine:1\nUSER root\n/,
    );
    const named = "dependencies:\n  - azureml-inference-server-http\n";
    expect(condaFileWithServer(named)).toBe(named);
    expect(parseCondaFile(condaFileWithServer("dependencies: [numpy]")).pip.map(({ text }) => text)).toEqual(["azureml-inference-server-http"]);
  });

  it("sends a user's Dockerfile with its context and only the arguments that it declares", () => {
    const file = (path: string) => ({ path, sha256: path.length.toString(16).padStart(64, "0"), sizeBytes: 1 });
    const dockerfile = "ARG SLUICE_BASE_IMAGE\nFROM ${SLUICE_BASE_IMAGE}\nARG VERSION=1\nCOPY app /app";
    const platform = { python: "sluice/python-base:abc", buildArgs: { SLUICE_PIP_INDEX_URL: "https://index.example/simple" } };
    const plan = dockerfileBuildPlan({ dockerfile, buildArgs: { VERSION: "2", OTHER: "x" } }, [file("Dockerfile"), file("app/main.py")], platform, template);
    expect(plan.buildArgs).toEqual({ SLUICE_BASE_IMAGE: "sluice/python-base:abc", VERSION: "2" });
    expect(plan.files).toEqual([{ ...file("app/main.py"), mode: 0o755 }]);
    const moved = { ...plan, files: [{ ...file("app/main.py"), sha256: "f".repeat(64), mode: 0o755 }] };
    expect(new Set([plan, moved, { ...plan, buildArgs: {} }].map(buildPlanIdentity)).size).toBe(3);
  });

  it("changes its identity with each part", () => {
    const base = { image: "a:1", foreign: false };
    const identities = [
      environmentBuildPlan(recipe, base, template),
      environmentBuildPlan(recipe, { ...base, image: "a:2" }, template),
      environmentBuildPlan({ ...recipe, lines: ["x"] }, base, template),
      environmentBuildPlan(recipe, base, { ...template, startScript: "x" }),
    ].map(buildPlanIdentity);
    expect(new Set(identities).size).toBe(4);
  });

  it("takes no image reference that could carry another instruction", () => {
    expect(["python:3.11", "registry.example:5000/a/b@sha256:ab"].every(isImageReference)).toBe(true);
    expect(["", "a b", "a\nRUN x", "-x", "$(x)"].some(isImageReference)).toBe(false);
  });

  it("keeps any file's mapped parts total", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseCondaFile(text)));
  });
});
