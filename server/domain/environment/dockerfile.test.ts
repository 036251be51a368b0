import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { baseImages, judgeDockerfile, pinBases, readDockerfile } from "./dockerfile";

describe("a Dockerfile", () => {
  it("is read into instructions with their lines, comments and continuations apart", () => {
    const text = "# top\nFROM a:1 AS b\nRUN apt-get update \\\n  # inside\n\n  && true\ncopy x /y\n";
    expect(readDockerfile(text)).toEqual([
      { line: 2, endLine: 2, keyword: "FROM", text: "a:1 AS b" },
      { line: 3, endLine: 6, keyword: "RUN", text: "apt-get update && true" },
      { line: 7, endLine: 7, keyword: "COPY", text: "x /y" },
    ]);
    expect(readDockerfile("# escape=`\nFROM a\nRUN b `\n c\n").at(-1)).toMatchObject({ line: 3, text: "b c" });
  });

  it.each([
    ["", 1, /no FROM/],
    ["RUN true\n", 1, /before the first FROM/],
    ["FROM a\nRUM true\n", 2, /RUM is not an instruction/],
    ["FROM a\nRUN\n", 2, /says nothing/],
    ["FROM a\nRUN --mount=type=cache,target=/x pip install\n", 2, /--mount needs BuildKit/],
    ["FROM a\nCOPY --chmod=755 x /y\n", 2, /--chmod needs BuildKit/],
    ["FROM a\nRUN cat <<EOF > /x\nhello\nEOF\n", 2, /Here-documents/],
    ["FROM a\nCOPY ../secret /y\n", 2, /outside the build context/],
    ["FROM a\nCOPY onlyone\n", 2, /source and a destination/],
  ])("%j is refused with its line", (text, line, message) => {
    const [problem] = judgeDockerfile(text);
    expect(problem).toMatchObject({ line });
    expect(problem?.message).toMatch(message);
    expect(problem?.remedy).not.toBe("");
  });

  it("that the classic builder takes has no problem", () => {
    const text =
      'ARG V=1\nFROM python:${V} AS build\nSHELL ["/bin/sh", "-c"]\nRUN echo $((1<<2)) && true\nFROM scratch\nCOPY --from=build /a /b\nADD ["a b", "/c/"]\nCMD ["x"]\n';
    expect(judgeDockerfile(text)).toEqual([]);
  });

  it("names the images that it stands on, with arguments filled in and its own stages left out", () => {
    const text = [
      "ARG REGISTRY=registry.example",
      'ARG TAG="3.11"',
      "ARG UNSET",
      "FROM --platform=linux/amd64 ${REGISTRY}/python:$TAG AS base",
      "ARG TAG=9",
      "FROM base AS build",
      "FROM scratch",
      "FROM ${OTHER:-debian:12}",
      "FROM $UNSET",
      "COPY --from=build / /",
    ].join("\n");
    expect(baseImages(text, { TAG: "3.12" })).toEqual([
      { line: 4, written: "${REGISTRY}/python:$TAG", reference: "registry.example/python:3.12" },
      { line: 8, written: "${OTHER:-debian:12}", reference: "debian:12" },
      { line: 9, written: "$UNSET", reference: null },
    ]);
    expect(baseImages("FROM python AS python\nFROM python\n", {}).map(({ line }) => line)).toEqual([1]);
  });

  it("is pinned line by line and nowhere else", () => {
    const text = "ARG A=debian\nFROM ${A}:12 AS x\nRUN echo debian:12\nFROM x\nFROM other\n";
    const pinned = pinBases(text, {}, new Map([["debian:12", "debian@sha256:ab$&"]]));
    expect(pinned).toBe("ARG A=debian\nFROM debian@sha256:ab$& AS x\nRUN echo debian:12\nFROM x\nFROM other\n");
    expect(pinBases(pinned, {}, new Map())).toBe(pinned);
  });

  it("of any text is judged and pinned without a throw", () => {
    const word = fc.constantFrom("FROM a", "ARG X", "ARG X=$Y", "RUN x \\", "# c", "COPY . /", "FROM ${X", "\\", "FROM a AS", "");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((lines) => lines.join("\n")),
        ),
        (text) => {
          for (const { line } of judgeDockerfile(text)) expect(line).toBeGreaterThan(0);
          expect(pinBases(text, {}, new Map())).toBe(text);
        },
      ),
    );
  });
});
