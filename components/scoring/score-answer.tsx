"use client";
import { useMemo } from "react";
import { LogView } from "#components/logs/log-view";
import { Badge } from "#components/ui/badge";
import { CopyButton } from "#components/ui/copy-button";
import { Card } from "#components/ui/page";
import type { TestScoreResult } from "#server/contract/scoring";
import { useLogHistory } from "../queries/use-log-history";
import { formatMs } from "../ui/format";
import { prettyBody } from "./json";
import { modelStatus } from "./refusal";

/** Where the time went, as a bar: waiting, the model, and the rest of the way. */
function TimingBar({ result }: { readonly result: TestScoreResult }) {
  const queue = result.queueMs ?? 0;
  const model = result.modelMs ?? 0;
  const parts = [
    { name: "queue", ms: queue, color: "var(--color-warn)" },
    { name: "model", ms: model, color: "var(--color-accent)" },
    { name: "gateway and network", ms: Math.max(0, result.totalMs - queue - model), color: "var(--color-idle)" },
  ];
  const known = result.modelMs !== null;
  return (
    <div className="flex flex-col gap-1">
      <div className="flex h-2 w-full overflow-hidden rounded-sm bg-active" role="img" aria-label={`${formatMs(result.totalMs)} in all`}>
        {(known ? parts : []).map((part) => (
          <span key={part.name} style={{ flexGrow: part.ms, background: part.color }} />
        ))}
      </div>
      <p className="text-sm text-muted tabular-nums">
        {formatMs(result.totalMs)} in all{known ? parts.map((part) => ` · ${part.name} ${formatMs(part.ms)}`).join("") : ""}
      </p>
    </div>
  );
}

/** Everything that came back: status, who served, timing, body, headers. */
export function Answer({ result }: { readonly result: TestScoreResult }) {
  const good = result.status >= 200 && result.status < 300;
  const own = modelStatus(result.headers);
  return (
    <Card className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={good ? "ok" : "bad"}>{result.status}</Badge>
        {result.deployment === null ? null : <span className="text-muted">from {result.deployment}</span>}
        {own === null ? null : <span className="text-muted">whose model answered {own}</span>}
        {result.requestId === null ? null : (
          <span className="flex min-w-0 items-center gap-1 text-sm text-faint">
            <code className="truncate">{result.requestId}</code>
            <CopyButton value={result.requestId} label="Copy the request id" />
          </span>
        )}
      </div>
      <TimingBar result={result} />
      <pre
        aria-label="Answer"
        tabIndex={0}
        className="max-h-96 overflow-auto rounded-md border border-line bg-sunken p-3 font-mono text-sm break-words whitespace-pre-wrap"
      >
        {prettyBody(result.body)}
      </pre>
      {result.truncated ? <p className="text-sm text-muted">The answer is longer; the first MiB is shown.</p> : null}
      <details>
        <summary className="cursor-pointer text-sm text-muted">{result.headers.length} headers</summary>
        <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 font-mono text-sm">
          {result.headers.map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-muted">{name}</dt>
              <dd className="break-all">{value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </Card>
  );
}

const wrapped = { wrap: true, times: "absolute" } as const;

/** Log lines of about the time of the last request, of the deployment that served it. */
export function RequestLog({ endpoint, deployment, since }: { readonly endpoint: string; readonly deployment: string; readonly since: number }) {
  const log = useLogHistory(`/endpoints/${encodeURIComponent(endpoint)}/logs`, { deployment, container: "inference-server" });
  const lines = useMemo(() => log.window.lines.filter((line) => line.at >= since - 1000), [log.window.lines, since]);
  return (
    <LogView
      lines={lines}
      follow
      height={220}
      label="Log of this request"
      look={wrapped}
      emptyText={log.loaded ? "No line was written since the request." : "Reading the log…"}
    />
  );
}
