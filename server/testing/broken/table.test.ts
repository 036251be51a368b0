import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createArtifactStore } from "#server/artifacts/store";
import { unpackArchive } from "#server/artifacts/unpack";
import { SluiceError } from "#server/domain/errors";
import { brokenCases, brokenPage, compareTold, matchesText } from "./table";

const root = fileURLToPath(new URL("../../../", import.meta.url));

describe("broken deployments", () => {
  it("each have a reason of their own, with a hint and what to do", () => {
    const reasons = brokenCases.map(({ reason }) => reason);
    expect(reasons.length).toBeGreaterThanOrEqual(20);
    expect(reasons.filter((reason, index) => reasons.indexOf(reason) !== index)).toEqual([]);
    for (const { wrong, hint, mend } of brokenCases) expect(wrong.length * hint.length * mend.length).toBeGreaterThan(0);
  });

  it("that another test shows are named there", () => {
    for (const { fault, reason } of brokenCases)
      if (fault.kind === "elsewhere") expect(readFileSync(path.join(root, fault.test), "utf8")).toContain(`brokenCase("${reason}")`);
  });

  it("stand on their page", async () => {
    await expect(brokenPage()).toMatchFileSnapshot(path.join(root, "docs/broken-deployments.md"));
  });

  it.each(brokenCases.flatMap(({ fault, ...told }) => (fault.kind === "archive" ? [{ ...told, fault }] : [])))(
    "that are archives say $reason, and leave nothing behind",
    async ({ fault, ...told }) => {
      const home = await mkdtemp(path.join(tmpdir(), "sluice-broken-"));
      const bytes = await fault.archive();
      const stream = (async function* () {
        await Promise.resolve();
        yield bytes;
      })();
      const refusal = await unpackArchive(createArtifactStore(home), stream, fault.archiveKind).catch((error: unknown) => error);
      await rm(home, { recursive: true });
      if (!(refusal instanceof SluiceError)) throw new Error("it was taken");
      const { expected, actual } = compareTold(told, { reason: refusal.code, message: refusal.message, hint: refusal.fields[0]?.remedy ?? null });
      expect(actual).toEqual(expected);
    },
  );

  it("have texts in which an ellipsis stands for anything, and nothing else does", () => {
    expect(matchesText("a … c.", "a b c.")).toBe(true);
    expect(matchesText("a … c.", "a b cx")).toBe(false);
    expect(matchesText("(x)", "(x)")).toBe(true);
  });
});
