import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { fuzzGateway } from "#server/testing/fuzz/run";

const { values } = parseArgs({
  options: { count: { type: "string", default: "100000" }, seconds: { type: "string", default: "900" }, seed: { type: "string" } },
});
const seed = Number(values.seed ?? randomInt(2 ** 31));
const count = Number(values.count);
console.log(`${String(count)} requests, seed ${String(seed)}`);

const report = await fuzzGateway({
  seed,
  count,
  seconds: Number(values.seconds),
  progress: (sent) => {
    if (sent % 10_000 === 0) console.log(`     ${String(sent)} sent`);
  },
});

const columns = ["2xx", "4xx", "5xx", "frames", "none"];
const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
console.log(row(["kind", "sent", ...columns, "at a model"]));
console.log(row(["---", ...columns.map(() => "---:"), "---:", "---:"]));
for (const [kind, { sent, answers, forwarded }] of [...report.kinds].sort(([a], [b]) => a.localeCompare(b)))
  console.log(row([kind, sent, ...columns.map((column) => answers[column] ?? 0), forwarded]));
console.log(
  `\n${String(report.sent)} sent in ${report.seconds.toFixed(0)} s, ${String(report.good)} good requests between them; the proxy's process is the same, things that should not have happened: ${String(report.violations.length)}`,
);
for (const violation of report.violations.slice(0, 20)) console.log(`- ${violation}`);
process.exitCode = report.violations.length > 0 || report.sent < count ? 1 : 0;
