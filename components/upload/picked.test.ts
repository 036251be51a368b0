import { describe, expect, it } from "vitest";
import { pick } from "./picked";

const item = (path: string) => ({ path, file: new File(["x"], path.split("/").at(-1) ?? path) });

describe("what was picked", () => {
  it("is a folder by its own name, with paths inside it and without clutter", () => {
    const picked = pick([item("code/score.py"), item("code/lib/a.py"), item("code/__pycache__/score.pyc"), item("code/.git/HEAD")], "x");
    expect(picked).toMatchObject({ kind: "folder", rootName: "code", skipped: 2 });
    expect(picked?.files.map((file) => file.path)).toEqual(["score.py", "lib/a.py"]);
  });

  it("is an archive, a file or loose files otherwise", () => {
    expect(pick([item("model.tar.gz")], "x")).toMatchObject({ kind: "archive", rootName: "model" });
    expect(pick([item("model.pkl")], "x")).toMatchObject({ kind: "file", rootName: "model.pkl" });
    expect(pick([item("a.bin"), item("b.bin")], "weights")).toMatchObject({ kind: "files", rootName: "weights" });
    expect(pick([item(".DS_Store")], "x")).toBeNull();
  });
});
