import { formatBytes, formatCount, plural } from "../ui/format";
import { Progress } from "#components/ui/progress";
import type { LimitsReport } from "#server/contract/limits";
import type { LimitName } from "#server/domain/endpoint/limits";

interface LimitUseProps {
  readonly name: LimitName;
  readonly label: string;
  readonly report: LimitsReport;
}

/** What is taken now: the amount that counts against the limit, and how people read it. */
function taken(name: LimitName, use: NonNullable<LimitsReport["use"]>): { readonly amount: number; readonly text: string } | null {
  if (name === "bandwidthBytesPerSecond") {
    const { bandwidthInBytesPerSecond: inward, bandwidthOutBytesPerSecond: outward } = use;
    return { amount: Math.max(inward, outward), text: `${formatBytes(inward)}/s in, ${formatBytes(outward)}/s out` };
  }
  if (name === "requestsPerSecond" || name === "connections" || name === "newConnectionsPerSecond") {
    return { amount: use[name], text: formatCount(use[name]) };
  }
  return null;
}

/** How much of a limit is in use now; limits that look at one call at a time have no use. */
export function LimitUse({ name, label, report }: LimitUseProps) {
  const limit = report.limits[name];
  const now = report.use === null ? null : taken(name, report.use);
  if (now === null) return <span className="text-faint">{taken(name, noUse) === null ? "each call by itself" : "not counted"}</span>;
  const share = limit === null ? 0 : now.amount / limit;
  const tone = share >= 1 ? "bad" : share >= 0.8 ? "warn" : "accent";
  return (
    <span className="flex min-w-0 flex-col gap-1">
      <span className="num">
        {now.text}
        {limit === null ? <span className="text-faint">, no limit</span> : null}
        {limit === null || name === "bandwidthBytesPerSecond" ? null : <span className="text-faint"> of {formatCount(limit)}</span>}
      </span>
      {limit === null ? null : <Progress label={`${label} in use`} value={share} tone={tone} />}
    </span>
  );
}

const noUse: NonNullable<LimitsReport["use"]> = {
  requestsPerSecond: 0,
  connections: 0,
  newConnectionsPerSecond: 0,
  bandwidthInBytesPerSecond: 0,
  bandwidthOutBytesPerSecond: 0,
  gateways: 0,
  observedAt: 0,
};

/** What became of calls beyond a limit in the last hour. */
export function LimitRefusals({ name, report }: Pick<LimitUseProps, "name" | "report">) {
  if (name === "bandwidthBytesPerSecond") return <span className="text-faint">delays only</span>;
  if (name === "idleStreamMs") return <span className="text-faint">ends streams</span>;
  const count = report.refusals[name];
  return <span className={count > 0 ? "num font-medium text-bad" : "num text-muted"}>{count === 0 ? "none" : plural(count, "call")}</span>;
}
