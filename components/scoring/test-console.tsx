"use client";
import { Play } from "lucide-react";
import { useMemo, useState } from "react";
import { useCan } from "#components/shell/me";
import { Badge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { CopyButton } from "#components/ui/copy-button";
import { Field } from "#components/ui/field";
import { Select, Textarea } from "#components/ui/input";
import { Card, Section } from "#components/ui/page";
import { LogView } from "#components/logs/log-view";
import { testScoreAction } from "#server/actions/scoring";
import type { EndpointDto } from "#server/contract/endpoint";
import type { TestScoreResult } from "#server/contract/scoring";
import { useAction } from "../queries/use-action";
import { useEndpoint } from "../queries/use-endpoints";
import { useLogHistory } from "../queries/use-log-history";
import { formatMs } from "../ui/format";
import { useDraft } from "../ui/use-draft";
import { prettyBody, readJson } from "./json";
import { snippet, type SnippetLanguage } from "./snippets";

const languages: readonly { readonly id: SnippetLanguage; readonly text: string }[] = [
  { id: "curl", text: "curl" },
  { id: "python", text: "Python" },
  { id: "javascript", text: "JavaScript" },
];

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

function Answer({ result }: { readonly result: TestScoreResult }) {
  const good = result.status >= 200 && result.status < 300;
  return (
    <Card className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Badge tone={good ? "ok" : "bad"}>{result.status}</Badge>
        {result.deployment === null ? null : <span className="text-muted">from {result.deployment}</span>}
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

/** Log lines of about the time of the last request, of the deployment that served it. */
function RequestLog({ endpoint, deployment, since }: { readonly endpoint: string; readonly deployment: string; readonly since: number }) {
  const log = useLogHistory(`/endpoints/${encodeURIComponent(endpoint)}/logs`, { deployment, container: "inference-server" });
  const lines = useMemo(() => log.window.lines.filter((line) => line.at >= since - 1000), [log.window.lines, since]);
  return (
    <LogView
      lines={lines}
      follow
      height={220}
      label="Log of this request"
      emptyText={log.loaded ? "No line was written since the request." : "Reading the log…"}
    />
  );
}

/** Sends one request through the gateway with the endpoint's own key, and shows everything that came back. */
export function TestConsole({ initial }: { readonly initial: EndpointDto }) {
  const canScore = useCan("contributor");
  const { data: endpoint = initial } = useEndpoint(initial.name, initial);
  const { draft, change } = useDraft(`test:${endpoint.name}`, { body: '{\n  "data": [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]\n}', deployment: "" });
  const [sentAt, setSentAt] = useState(0);
  const send = useAction(testScoreAction);
  const problem = readJson(draft.body);
  const pinned = draft.deployment === "" ? null : draft.deployment;
  const submit = () => {
    setSentAt(Date.now());
    send.mutate({ endpoint: endpoint.name, deployment: pinned, body: draft.body });
  };
  return (
    <div className="grid grid-cols-1 gap-6 lg:grid-cols-2">
      <Section title="Request">
        <Card className="flex flex-col gap-3">
          <Field label="Deployment">
            {(control) => (
              <Select {...control} value={draft.deployment} onChange={(event) => change({ deployment: event.target.value })}>
                <option value="">by the split</option>
                {endpoint.deployments.map((deployment) => (
                  <option key={deployment.id} value={deployment.name}>
                    {deployment.name} (pinned)
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Body" {...(problem === null ? {} : { hint: `Not JSON: ${problem}` })}>
            {(control) => (
              <Textarea
                {...control}
                rows={12}
                spellCheck={false}
                value={draft.body}
                onChange={(event) => change({ body: event.target.value })}
                onKeyDown={(event) => {
                  if (canScore && event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
                }}
                className="font-mono text-sm"
              />
            )}
          </Field>
          <div className="flex flex-wrap items-center gap-2">
            <Button variant="primary" busy={send.isPending} disabled={!canScore} onClick={submit}>
              <Play aria-hidden />
              Send
            </Button>
            <span className="text-sm text-faint">{canScore ? "Ctrl Enter" : "Scoring here is for contributors."}</span>
            <span className="ml-auto flex flex-wrap items-center gap-1 text-sm text-muted">
              copy as
              {languages.map(({ id, text }) => (
                <CopyButton
                  key={id}
                  label={`Copy as ${text}`}
                  text={text}
                  value={snippet(id, { url: endpoint.scoringUri, body: draft.body, deployment: pinned })}
                />
              ))}
            </span>
          </div>
        </Card>
      </Section>
      <Section title="Answer">
        {send.error === null ? null : <ErrorCallout error={send.error.problem} />}
        {send.data === undefined ? (
          <Card className="text-muted">Send a request to see status, headers, timing and the log lines that it wrote.</Card>
        ) : (
          <Answer result={send.data} />
        )}
        {send.data?.deployment == null ? null : <RequestLog key={sentAt} endpoint={endpoint.name} deployment={send.data.deployment} since={sentAt} />}
      </Section>
    </div>
  );
}
