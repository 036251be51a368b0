"use client";
import { Play } from "lucide-react";
import { useState } from "react";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { CopyButton } from "#components/ui/copy-button";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/input";
import { Card, Section } from "#components/ui/page";
import { testScoreAction } from "#server/actions/scoring";
import type { EndpointDto } from "#server/contract/endpoint";
import { useAction } from "../queries/use-action";
import { useEndpoint } from "../queries/use-endpoints";
import { useSamples } from "../queries/use-samples";
import { useDraft } from "../ui/use-draft";
import { refusalOf } from "./refusal";
import { RequestBody, type BodyView } from "./request-body";
import { SampleRow } from "./sample-row";
import { Answer, RequestLog } from "./score-answer";
import { snippet, type SnippetLanguage } from "./snippets";

interface ConsoleDraft {
  /** Null until somebody types: the deployment's first sample then, else an empty object. */
  readonly body: string | null;
  /** Empty for whom the split chooses. */
  readonly deployment: string;
  readonly view: BodyView;
}

const languages: readonly { readonly id: SnippetLanguage; readonly text: string }[] = [
  { id: "curl", text: "curl" },
  { id: "python", text: "Python" },
  { id: "javascript", text: "JavaScript" },
];

/** Whose interface counts while the split chooses: the deployment with the largest share, else the first. */
function mostServing(endpoint: EndpointDto): string | null {
  const [most] = endpoint.deployments.toSorted((a, b) => b.percent - a.percent);
  return most?.name ?? null;
}

/** Sends one request through the gateway with the endpoint's own key, and shows everything that came back. */
export function TestConsole({ initial }: { readonly initial: EndpointDto }) {
  const canScore = useCan("contributor");
  const { data: endpoint = initial } = useEndpoint(initial.name, initial);
  const { draft, change } = useDraft<ConsoleDraft>(`test:${endpoint.name}`, { body: null, deployment: "", view: "json" });
  const [sentAt, setSentAt] = useState(0);
  // Somebody went into the body before the samples came: what they see there stays under their hands.
  const [early, setEarly] = useState(false);
  const send = useAction(testScoreAction);
  const pinned = draft.deployment === "" ? null : draft.deployment;
  const { samples, shape, settled, reason } = useSamples(endpoint.name, pinned ?? mostServing(endpoint), canScore);
  const [first] = samples;
  const body = draft.body ?? first?.body ?? (settled ? "{}" : "");
  const enterBody = () => {
    if (settled || draft.body !== null) return;
    setEarly(true);
    change({ body });
  };
  // A refusal is of the body that was sent: another one may be right.
  const refusal = send.data !== undefined && send.variables.body === body ? refusalOf(send.data) : null;
  const submit = () => {
    setSentAt(Date.now());
    send.mutate({ endpoint: endpoint.name, deployment: pinned, body });
  };
  return (
    <div className="grid grid-cols-1 gap-6 lg:grid-cols-2">
      <Section title="Request">
        <Card
          className="flex flex-col gap-3"
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && canScore && !send.isPending) submit();
          }}
        >
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
          <SampleRow
            samples={samples}
            settled={settled}
            reason={reason}
            onTake={(body) => {
              setEarly(false);
              change({ body });
            }}
          />
          <RequestBody
            body={body}
            shape={early ? null : shape}
            view={draft.view}
            refusal={refusal}
            onView={(view) => change({ view })}
            onEnter={enterBody}
            onChange={(body) => change({ body })}
          />
          <div className="flex flex-wrap items-center gap-2">
            <Button variant="primary" busy={send.isPending} disabled={!canScore} onClick={submit}>
              <Play aria-hidden />
              Send
            </Button>
            <span className="text-sm text-faint">{canScore ? "Ctrl Enter" : "Scoring here is for contributors."}</span>
            <span className="ml-auto flex flex-wrap items-center gap-1 text-sm text-muted">
              copy as
              {languages.map(({ id, text }) => (
                <CopyButton key={id} label={`Copy as ${text}`} text={text} value={snippet(id, { url: endpoint.scoringUri, body, deployment: pinned })} />
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
