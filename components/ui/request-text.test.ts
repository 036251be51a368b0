import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { toCurl, toYaml } from "./request-text";

const body = { name: "it's", tags: { team: "a b" }, script: "line 1\nline 2", none: null, count: 3 };

describe("a request as text", () => {
  it("reads back from YAML as it was", () => {
    expect(parse(toYaml(body))).toEqual(body);
  });

  it("reaches the shell's command as it was, quotes and line breaks included", () => {
    const command = toCurl("POST", "/endpoints", body).replace(/^curl/, "printf '%s\\0'");
    const words = execFileSync("sh", ["-c", command], {
      encoding: "utf8",
      env: { NODE_ENV: "test", SLUICE_STUDIO: "http://studio", SLUICE_TOKEN: "slp_1" },
    }).split("\0");
    expect(words).toContain("http://studio/api/v1/endpoints");
    expect(words).toContain("authorization: Bearer slp_1");
    expect(JSON.parse(words[words.indexOf("-d") + 1] ?? "")).toEqual(body);
  });
});
