import { printTable } from "../table";
import { withProduct } from "../with-product";
import { faults, notYet } from "./catalogue";
import type { Fault, Span } from "./measure";
import type { Finding, LoadReport } from "./report";
import { Stage } from "./stage";

// npm run bench -- faults [F1 F5 …] [--full] [--quick 170] [--slow 30] [--list]
const args = process.argv.slice(2);
const numberOf = (name: string, fallback: number): number => (args.includes(name) ? Number(args[args.indexOf(name) + 1]) : fallback);
const span: Span = { ms: numberOf("--seconds", args.includes("--full") ? 60 : 10) * 1000, full: args.includes("--full") };
const rates = { quick: numberOf("--quick", 170), slow: numberOf("--slow", 30) };
const asked = args.filter((arg) => /^F\d+b?$/i.test(arg)).map((arg) => `F${arg.slice(1).toLowerCase()}`);

interface Outcome {
  readonly fault: Fault;
  readonly finding: Finding | null;
  readonly error: string | null;
}

const passed = ({ finding }: Outcome): boolean => finding !== null && finding.broken.length === 0;
const time = (ms: number | null): string => (ms === null ? "–" : ms < 10_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`);

function rowsOf({ fault, finding, error }: Outcome): string[][] {
  if (finding === null) return [[fault.id, fault.title, "", "", "", "", "", "", "ERROR", (error ?? "").slice(0, 120)]];
  return finding.loads.map(({ name, perSecond, before, during, after }: LoadReport, index) => {
    const sent = before.sent + during.sent + after.sent;
    const failed = before.failed + during.failed + after.failed;
    const extra = during.p99Ms - before.p99Ms;
    const p99 = `${before.p99Ms.toFixed(0)} / ${during.p99Ms.toFixed(0)} / ${after.p99Ms.toFixed(0)}`;
    const first = index === 0;
    return [
      first ? fault.id : "",
      first ? fault.title : "",
      `${name} ${perSecond.toFixed(0)}/s`,
      `${String(failed)} of ${String(sent)}`,
      p99,
      `${extra > 0 ? "+" : ""}${extra.toFixed(0)}`,
      first ? time(finding.detectMs) : "",
      first ? time(finding.recoverMs) : "",
      first ? (finding.broken.length === 0 ? "ok" : "PASSED OVER") : "",
      first ? fault.allowed : "",
    ];
  });
}

async function play(stage: Stage, fault: Fault): Promise<Outcome> {
  console.log(`${fault.id} ${fault.title} …`);
  try {
    await Promise.all([stage.whole(stage.quick, 2), stage.whole(stage.slow, 2)]);
    const finding = await fault.run(stage, span);
    for (const sentence of finding.broken) console.log(`   !! ${sentence}`);
    for (const note of finding.notes.filter((one) => one !== "")) console.log(`      ${note}`);
    return { fault, finding, error: null };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.log(`   !! ${message}`);
    return { fault, finding: null, error: message };
  }
}

async function main(): Promise<void> {
  const unknown = asked.filter((id) => ![...faults, ...notYet].some((fault) => fault.id === id));
  if (unknown.length > 0) throw new Error(`unknown fault: ${unknown.join(", ")} (faults: ${faults.map(({ id }) => id).join(", ")})`);
  for (const { id, title, reason } of notYet) if (asked.length === 0 || asked.includes(id)) console.log(`${id} ${title}: not run, ${reason}`);
  const chosen = faults.filter(({ id }) => asked.length === 0 || asked.includes(id));
  if (args.includes("--list") || chosen.length === 0) {
    for (const { id, title, allowed } of chosen) console.log(`${id} ${title}: ${allowed}`);
    return;
  }
  // F27 copies every call, which Azure's rules do not allow.
  process.env["SLUICE_MIRROR_POLICY"] ??= "open";
  await withProduct(async (world) => {
    const stage = await Stage.open(world, rates);
    const outcomes: Outcome[] = [];
    try {
      for (const fault of chosen) outcomes.push(await play(stage, fault));
    } finally {
      await stage.close();
    }
    const seconds = String(span.ms / 1000);
    console.log(
      `\n${seconds} s before, at least ${seconds} s during and ${seconds} s after each fault; clients do not retry; p99 in ms before / during / after`,
    );
    printTable(["fault", "", "load", "failed", "p99", "extra", "detected", "recovered", "verdict", "allowed"], outcomes.flatMap(rowsOf));
    console.log(`${String(outcomes.filter(passed).length)} of ${String(outcomes.length)} faults within their allowance`);
    if (!outcomes.every(passed)) process.exitCode = 1;
  });
}

await main();
