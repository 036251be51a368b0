"use client";
import { Check, Circle, CircleAlert, LoaderCircle, Minus, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { LogTail } from "#components/deployments/log-tail";
import { Badge, type Tone } from "#components/ui/badge";
import type { DoctorRunDto } from "#server/contract/doctor";
import { cn } from "../ui/cn";
import { formatBytes, formatCount, formatMs } from "../ui/format";

type CheckDto = DoctorRunDto["checks"][number];
type Verdict = NonNullable<CheckDto["verdict"]>;

const titles: Record<CheckDto["name"], string> = {
  image: "Image",
  storage: "Model and code",
  start: "Start",
  memory: "Memory",
  response: "Sample request",
  latency: "Latency",
  swagger: "Description",
  stop: "Clean stop",
};
const looks: Record<Verdict, { readonly icon: typeof Check; readonly ink: string; readonly tone: Tone }> = {
  passed: { icon: Check, ink: "text-ok", tone: "ok" },
  warning: { icon: TriangleAlert, ink: "text-warn", tone: "warn" },
  failed: { icon: CircleAlert, ink: "text-bad", tone: "bad" },
  skipped: { icon: Minus, ink: "text-faint", tone: "idle" },
};

function shown({ value, unit }: CheckDto["measurements"][number]): string {
  if (unit === "bytes") return formatBytes(value);
  return unit === "ms" ? formatMs(value) : formatCount(value);
}

function Mark({ check, current }: { readonly check: CheckDto; readonly current: boolean }) {
  if (check.verdict === null) {
    const Icon = current ? LoaderCircle : Circle;
    return <Icon aria-label={current ? "under way" : "waiting"} className={cn("mt-0.5 size-4 shrink-0 text-faint", current && "animate-spin text-warn")} />;
  }
  const { icon: Icon, ink } = looks[check.verdict];
  return <Icon aria-label={check.verdict} className={cn("mt-0.5 size-4 shrink-0", ink)} />;
}

function CheckRow({ check, current }: { readonly check: CheckDto; readonly current: boolean }) {
  return (
    <li className="flex gap-3 py-2.5">
      <Mark check={check} current={current} />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span className={cn("font-medium", check.verdict === null && "text-faint")}>{titles[check.name]}</span>
          <span className="num text-sm text-faint">{check.measurements.map((one) => `${one.name} ${shown(one)}`).join(" · ")}</span>
        </div>
        {check.message === "" ? null : <p className={cn("break-words", check.verdict === "failed" ? "text-bad" : "text-muted")}>{check.message}</p>}
        {check.fix === null ? null : (
          <p className="mt-0.5 break-words">
            <span className="font-medium">What to do:</span> {check.fix}
          </p>
        )}
        {check.lines.length === 0 ? null : (
          <details className="mt-1">
            <summary className="cursor-pointer text-sm text-muted">what it said</summary>
            <pre tabIndex={0} className="scroll-thin mt-1 max-h-60 overflow-auto rounded-md border border-line bg-sunken p-2 font-mono text-sm">
              {check.lines.join("\n")}
            </pre>
          </details>
        )}
      </div>
    </li>
  );
}

/** Everything that the run's containers said, also of one that found nothing to mend; read only while it is unfolded. */
function Printed({ run }: { readonly run: DoctorRunDto }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="border-t border-line py-2.5" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="cursor-pointer text-sm text-muted">What the container printed</summary>
      {open ? (
        <div className="mt-2">
          <LogTail label="What the container printed" path={`/doctor-runs/${encodeURIComponent(run.id)}/log`} live={run.phase !== "ended"} />
        </div>
      ) : null}
    </details>
  );
}

/** Every check of a trial in its order, live: verdict, numbers, and what to mend. */
export function DoctorReport({ run }: { readonly run: DoctorRunDto }) {
  const running = run.state === "Queued" || run.state === "Running";
  const current = running ? run.checks.findIndex((check) => check.verdict === null) : -1;
  const summary = run.state === "Canceled" ? "cancelled" : run.state === "Queued" ? "waits for its turn" : running ? "under way" : (run.verdict ?? "");
  return (
    <div className="flex flex-col rounded-lg border border-line bg-surface px-4 py-2">
      <p className="flex items-center gap-2 py-1.5" aria-live="polite">
        <span className="font-medium">Doctor&apos;s report</span>
        <Badge tone={run.verdict === null ? "idle" : looks[run.verdict].tone}>{summary}</Badge>
      </p>
      <ul aria-label="Checks" className="divide-y divide-line">
        {run.checks.map((check, index) => (
          <CheckRow key={check.name} check={check} current={index === current} />
        ))}
      </ul>
      <Printed key={run.id} run={run} />
    </div>
  );
}
