import { describe, expect, it } from "vitest";
import { appliedIgnore } from "./docker-ignore";

const files = ["Dockerfile", ".dockerignore", "app/main.py", "app/secret.env", "docs/a.md", "docs/keep.md", "data/big.bin"].map((path) => ({
  path,
  sha256: "0".repeat(64),
  sizeBytes: 1,
}));
const left = (ignore: string | null) => appliedIgnore({ files, ignore }).files.map(({ path }) => path);

describe("appliedIgnore", () => {
  it("leaves out what the rules name, and takes exceptions back", () => {
    expect(left("# comment\n**/*.env\ndata\ndocs/*\n!docs/keep.md\n")).toEqual(["Dockerfile", ".dockerignore", "app/main.py", "docs/keep.md"]);
    expect(left("/data/\n")).not.toContain("data/big.bin");
    expect(left("*\n!app\n")).toEqual(["app/main.py", "app/secret.env"]);
  });

  it("says how many, and names some", () => {
    expect(appliedIgnore({ files, ignore: "docs\ndata\n" }).notes).toEqual([".dockerignore leaves out 3 of 7 files: docs/a.md, docs/keep.md, data/big.bin"]);
    expect(appliedIgnore({ files, ignore: "*\n" }).notes[0]).toContain("and 4 more");
  });

  it("leaves all there without one", () => {
    expect(appliedIgnore({ files, ignore: null })).toEqual({ files, notes: [] });
  });
});
