import { describe, expect, it } from "vitest";
import { environmentIdentity } from "./identity";
import { solveEnvironment } from "./solver";
import { sourceOf, type EnvironmentSpec } from "./types";
import { judgeEnvironment } from "./validate";

const spec = (over: Partial<EnvironmentSpec> = {}): EnvironmentSpec => ({
  image: null, condaFile: null, requirements: null, dockerfile: null, contextCodeId: null, buildArgs: {}, condaSolver: "auto", inferenceConfig: null, container: null, ...over,
}); // prettier-ignore
const here = { pythons: ["3.11"], conda: false };
const conda = "dependencies:\n  - python=3.12\n  - numpy=2.3.1\n";

describe("an environment", () => {
  it.each<[string, Partial<EnvironmentSpec>, string, string]>([
    ["conda file and requirements", { condaFile: conda, requirements: "numpy" }, "environment.two_dependency_files", "requirements"],
    ["Dockerfile and image", { dockerfile: "FROM a", image: "a:1" }, "environment.sources_conflict", "image"],
    ["Dockerfile and requirements", { dockerfile: "FROM a", requirements: "x" }, "environment.sources_conflict", "requirements"],
    ["context without Dockerfile", { contextCodeId: "cod_1" }, "environment.dockerfile_missing", "dockerfile"],
    ["a wrong image", { image: "a b" }, "environment.image_invalid", "image"],
    ["a wrong argument", { dockerfile: "FROM a", buildArgs: { "A-B": "1" } }, "environment.build_argument_invalid", "buildArgs"],
    ["arguments without Dockerfile", { image: "a", buildArgs: { A: "1" } }, "environment.build_argument_invalid", "buildArgs"],
    ["a wrong Dockerfile", { dockerfile: "FROM a\nRUM x\n" }, "environment.dockerfile_invalid", "dockerfile.2"],
    ["a solver that is not there", { condaFile: conda, condaSolver: "conda" }, "environment.solver_unavailable", "condaSolver"],
    ["a system package for pip", { condaFile: "dependencies:\n  - ffmpeg\n" }, "environment.cannot_be_built", "condaFile.2"],
    ["a wrong requirement", { requirements: "numpy\n-e .\n" }, "environment.cannot_be_built", "requirements.2"],
  ])("of %s is refused, naming field and remedy", (_, over, code, path) => {
    const refusal = judgeEnvironment(spec(over), here);
    expect(refusal).toMatchObject({ code, kind: "invalid_input" });
    expect(refusal?.fields[0]).toMatchObject({ path });
    expect(refusal?.fields[0]?.remedy).not.toBe("");
  });

  it("of one source passes", () => {
    const sources: readonly (readonly [Partial<EnvironmentSpec>, string])[] = [
      [{}, "image"],
      [{ image: "registry.example:5000/a@sha256:ab" }, "image"],
      [{ condaFile: conda, image: "base:1" }, "conda"],
      [{ requirements: "numpy" }, "requirements"],
      [{ dockerfile: "FROM a\n", contextCodeId: "cod_1", buildArgs: { A: "1" } }, "dockerfile"],
    ];
    for (const [over, source] of sources) {
      expect(judgeEnvironment(spec(over), here)).toBeNull();
      expect(sourceOf(spec(over))).toBe(source);
    }
  });

  it("is solved by conda where it can run, else by pip with a warning that says so, and never by another than was asked for", () => {
    const there = { ...here, conda: true };
    expect(solveEnvironment(spec({ condaFile: conda }), there)).toMatchObject({
      solver: "conda",
      warning: null,
      python: { requested: "3.12.*", version: null },
    });
    expect(solveEnvironment(spec({ condaFile: conda, condaSolver: "pip" }), there)).toMatchObject({ solver: "pip", python: { version: "3.11" } });
    expect(solveEnvironment(spec({ condaFile: conda }), here)).toMatchObject({ solver: "pip", warning: expect.stringContaining("Python index") as unknown });
    expect(solveEnvironment(spec({ condaFile: "dependencies:\n  - ffmpeg\n" }), there)?.problems).toEqual([]);
    expect(solveEnvironment(spec({ requirements: "numpy" }), there)).toMatchObject({ solver: "pip", warning: null });
    expect(solveEnvironment(spec({ dockerfile: "FROM a" }), there)).toBeNull();
  });

  it("takes the Python that a base exists for, and that of the image where the user names one", () => {
    const three = { pythons: ["3.11", "3.12"], conda: false };
    expect(solveEnvironment(spec({ condaFile: conda }), three)).toMatchObject({ python: { version: "3.12" }, notes: [expect.anything()] });
    expect(solveEnvironment(spec({ condaFile: conda, image: "mine:1" }), three)).toMatchObject({ python: { version: null, minors: [12] } });
    expect(judgeEnvironment(spec({ condaFile: "dependencies: [python=2.7]" }), three)?.fields[0]?.remedy).toBe("Ask for one of: 3.11, 3.12.");
  });

  it("has an identity that changes with everything that makes another image, and with nothing else", () => {
    const of = (over: Partial<EnvironmentSpec>, digest: string | null = null, workspace = "ws_1") => environmentIdentity(workspace, spec(over), digest);
    const route = { path: "/", port: 80 };
    expect(of({ image: "a" })).toBe(
      of({ image: "a", inferenceConfig: { liveness: route, readiness: route, scoring: route, scoringRoutes: [], pathPrefix: null, http2: false } }),
    );
    expect(of({ dockerfile: "FROM a", buildArgs: { a: "1", b: "2" } })).toBe(of({ dockerfile: "FROM a", buildArgs: { b: "2", a: "1" } }));
    const all = [
      of({}), of({ image: "a" }), of({ image: "a" }, null, "ws_2"), of({ condaFile: "a" }), of({ condaFile: "a", condaSolver: "pip" }), of({ requirements: "a" }), of({ dockerfile: "a" }),
      of({ dockerfile: "a" }, "digest"), of({ dockerfile: "a", buildArgs: { a: "1" } }),
    ]; // prettier-ignore
    expect(new Set(all).size).toBe(all.length);
  });
});
