import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { errorCodes } from "./error-codes";
import { errorKinds } from "./errors";
import { grpcStatusOf, scoringErrorCodes, type ScoringErrorName } from "./routing/error-codes";

const root = fileURLToPath(new URL("../../", import.meta.url));
const rooms = ["api", "artifacts", "auth", "domain", "operations", "telemetry", "vault"];

/** Codes are always written out: as the first argument of a maker of errors, or as `code:`. */
const written = /(?:\b(?:invalidInput|invalidState|notFound|conflict|refuse|refusal)\(\s*|\bcode:\s*)"([a-z_]+\.[a-z_]+|internal)"/g;
const archiveCodes = /archiveRefused\(\s*"([a-z_]+)"/g;

function codesInSources(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const room of rooms) {
    const folder = path.join(root, "server", room);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith(".ts") || entry.name.endsWith(".test.ts") || entry.name === "error-codes.ts") continue;
      const text = readFileSync(path.join(entry.parentPath, entry.name), "utf8");
      for (const [, code = ""] of text.matchAll(written)) found.add(code);
      for (const [, code = ""] of text.matchAll(archiveCodes)) found.add(`archive.${code}`);
    }
  }
  return found;
}

/** What the gateway layer's tests and the conformance table say, as one text. */
function gatewayTests(): string {
  const folder = path.join(root, "server", "gateway");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && (entry.name.endsWith(".gateway.test.ts") || (entry.name.endsWith(".ts") && path.basename(entry.parentPath) === "conformance")),
  );
  return files.map((entry) => readFileSync(path.join(entry.parentPath, entry.name), "utf8")).join("\n");
}

const cell = (text: string): string => text.replaceAll("|", "\\|");

/** The page in docs/, from both tables. */
function page(): string {
  const management = Object.entries(errorCodes).map(([code, { kind, meaning, check }]) => `| \`${code}\` | ${kind} | ${cell(meaning)} | ${cell(check)} |`);
  const scoring = (Object.keys(scoringErrorCodes) as ScoringErrorName[]).map((name) => {
    const { code, status, failedBy, message, check } = scoringErrorCodes[name];
    return `| \`${code}\` | ${String(status)} | ${String(grpcStatusOf(name))} | ${failedBy} | ${cell(message)} | ${cell(check)} |`;
  });
  return [
    "# Failure modes",
    "",
    "Generated from the code tables by their test; change those, then run `npx vitest run --project unit server/domain/error-codes.test.ts -u`.",
    "",
    "## What scoring callers see",
    "",
    "In the body of the gateway's own answers as `error.code`; callers of gRPC get the code in `x-ms-error-code` and gRPC's status. *Who* is the side that has to act.",
    "",
    "| Code | Status | gRPC | Who | Meaning | What to check |",
    "|---|---|---|---|---|---|",
    ...scoring,
    "",
    "## What the management API and the studio say",
    "",
    "In every failed answer as `error.code`; the status follows from the kind.",
    "",
    "| Code | Kind | Meaning | What to check |",
    "|---|---|---|---|",
    ...management,
    "",
  ].join("\n");
}

describe("error codes", () => {
  it("are in the table when some source uses them, and used when they are in the table", () => {
    expect([...codesInSources()].sort()).toEqual(Object.keys(errorCodes).sort());
  });

  it("are dotted lower case, in order, with a kind, a meaning and something to check", () => {
    const codes = Object.keys(errorCodes);
    expect(codes).toEqual([...codes].sort());
    for (const [code, { kind, meaning, check }] of Object.entries(errorCodes)) {
      expect(code).toMatch(/^([a-z_]+\.[a-z_]+|internal)$/);
      expect(errorKinds).toContain(kind);
      expect(meaning.length * check.length, code).toBeGreaterThan(0);
    }
  });

  it("of scoring are each provoked by a test of the real gateway", () => {
    const text = gatewayTests();
    const missing = Object.keys(scoringErrorCodes).filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
    // The proxy's own failure: nothing that a caller or a model sends leads to it.
    expect(missing).toEqual(["GatewayError"]);
  });

  it("stand on the failure-modes page", async () => {
    await expect(page()).toMatchFileSnapshot(path.join(root, "docs/failure-modes.md"));
  });
});
