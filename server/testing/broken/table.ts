import { archiveCases } from "./archive-cases";
import { imageCases } from "./image-cases";
import { scriptCases } from "./script-cases";
import { servingCases } from "./serving-cases";
import { stages, type BrokenCase, type Told } from "./types";

/** Every way of breaking a deployment that the product tells apart, in the order of a deployment's life. */
export const brokenCases: readonly BrokenCase[] = [...archiveCases, ...imageCases, ...scriptCases, ...servingCases].sort(
  (a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage),
);

/** The case of that reason, for tests that show it beside other things. */
export function brokenCase(reason: string): BrokenCase {
  const found = brokenCases.find((one) => one.reason === reason);
  if (found === undefined) throw new Error(`no broken deployment has the reason ${reason}`);
  return found;
}

/** Whether a text is the written one, in which `…` stands for anything. */
export function matchesText(written: string, actual: string): boolean {
  const parts = written.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[\\s\\S]*?")}$`).test(actual);
}

/** What was said beside what the table says; equal when they agree. */
export function compareTold({ reason, message, hint }: Told, actual: { readonly reason: string; readonly message: string; readonly hint?: string | null }) {
  const shown = (written: string, text: string): string => (matchesText(written, text) ? written : text);
  return {
    expected: { reason, message, hint },
    actual: { reason: actual.reason, message: shown(message, actual.message), hint: shown(hint, actual.hint ?? "") },
  };
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** The page of the documentation. */
export function brokenPage(): string {
  const rows = brokenCases.map(
    ({ wrong, stage, reason, message, hint, mend }) => `| ${cell(wrong)} | ${stage} | \`${reason}\` | ${cell(message)} *${cell(hint)}* | ${cell(mend)} |`,
  );
  return [
    "# Broken deployments",
    "",
    "What goes wrong with deployments, each with the reason that the studio and the API (`conditions` and events) give, and what to do; `sluice local up`",
    "judges by the same rules. Every row is broken that way by the tests, on a real engine but for the two archives, which are refused before one is asked, and says word",
    "for word what is written here; `…` stands for names and addresses. The full disk is the share of it that one build may use.",
    "",
    "Generated from `server/testing/broken/`; change that, then run `npx vitest run --project unit server/testing/broken -u`.",
    "",
    "| What is wrong | Found | Reason | Message and *hint* | What to do |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
