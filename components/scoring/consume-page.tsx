"use client";
import { Eye, RefreshCw } from "lucide-react";
import { useState } from "react";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { CodeBlock } from "#components/ui/code-block";
import { CopyButton } from "#components/ui/copy-button";
import { ConfirmDialog } from "#components/ui/dialog";
import { Card, Facts, Section } from "#components/ui/page";
import { Tabs } from "#components/ui/tabs";
import { regenerateKeyAction, revealKeysAction } from "#server/actions/endpoints";
import type { EndpointDto } from "#server/contract/endpoint";
import { Overlap } from "../endpoints/auth-mode";
import { useAction } from "../queries/use-action";
import { EndpointTokens, ProviderTokens } from "./endpoint-tokens";
import { snippet, tritonSnippet, type SnippetLanguage } from "./snippets";

const example = '{"data": [[0.03, 0.05, 0.06, 0.02, -0.04, -0.03, -0.04, 0, 0.02, -0.02]]}';
const languages: readonly { readonly id: SnippetLanguage; readonly text: string }[] = [
  { id: "curl", text: "curl" },
  { id: "python", text: "Python" },
  { id: "javascript", text: "JavaScript" },
];
const slots = [
  { slot: "primary", text: "Primary key" },
  { slot: "secondary", text: "Secondary key" },
] as const;

function Address({ value, label }: { readonly value: string; readonly label: string }) {
  return (
    <span className="flex min-w-0 items-center gap-1">
      <code className="min-w-0 break-all">{value}</code>
      <CopyButton value={value} label={label} />
    </span>
  );
}

/** The two keys: hidden until asked for, each replaceable while the other works. */
function Keys({ endpoint }: { readonly endpoint: string }) {
  const [asking, setAsking] = useState<"primary" | "secondary" | null>(null);
  const reveal = useAction(revealKeysAction);
  const regenerate = useAction(regenerateKeyAction, {
    success: "The key was replaced.",
    onSuccess: () => {
      setAsking(null);
      reveal.mutate({ endpoint });
    },
  });
  const keys = reveal.data;
  return (
    <Card className="flex flex-col gap-3">
      {slots.map(({ slot, text }) => {
        const value = keys === undefined ? null : slot === "primary" ? keys.primaryKey : keys.secondaryKey;
        return (
          <div key={slot} className="flex flex-wrap items-center gap-2">
            <span className="w-28 shrink-0 text-muted">{text}</span>
            <code className="min-w-0 flex-1 truncate">{value ?? "•".repeat(43)}</code>
            {value === null ? null : <CopyButton value={value} label={`Copy the ${slot} key`} />}
            <Button size="sm" onClick={() => setAsking(slot)}>
              <RefreshCw aria-hidden />
              Regenerate
            </Button>
          </div>
        );
      })}
      {keys === undefined ? (
        <div>
          <Button busy={reveal.isPending} onClick={() => reveal.mutate({ endpoint })}>
            <Eye aria-hidden />
            Show the keys
          </Button>
        </div>
      ) : null}
      {reveal.error === null ? null : <ErrorCallout error={reveal.error.problem} />}
      <ConfirmDialog
        open={asking !== null}
        onOpenChange={(open) => {
          if (!open) setAsking(null);
        }}
        title={`Regenerate the ${asking ?? ""} key?`}
        consequence="Callers that use this key are refused as soon as the gateways have the new one. The other key goes on working: move callers to it first."
        confirmLabel="Regenerate"
        busy={regenerate.isPending}
        error={regenerate.error === null ? undefined : <ErrorCallout error={regenerate.error.problem} />}
        onConfirm={() => {
          if (asking !== null) regenerate.mutate({ endpoint, keyType: asking });
        }}
      />
    </Card>
  );
}

function Credentials({ endpoint }: { readonly endpoint: EndpointDto }) {
  if (endpoint.authMode === "key") return <Keys endpoint={endpoint.name} />;
  return endpoint.authMode === "aml_token" ? <EndpointTokens endpoint={endpoint.name} /> : <ProviderTokens />;
}

/** Everything that a caller needs: addresses, keys or tokens, and a call in three languages. */
export function ConsumePage({ endpoint }: { readonly endpoint: EndpointDto }) {
  const calls = languages.map(({ id, text }) => ({ value: id, text, code: snippet(id, { url: endpoint.scoringUri, body: example, deployment: null }) }));
  const triton = { value: "triton", text: "Triton, gRPC", code: tritonSnippet(endpoint.scoringUri, endpoint.hostScoringUri) };
  const tabs = endpoint.deployments.some(({ grpc }) => grpc) ? [...calls, triton] : calls;
  return (
    <div className="flex flex-col gap-6">
      <Section title="Addresses">
        <Card>
          <Facts
            facts={[
              { name: "Scoring", value: <Address value={endpoint.scoringUri} label="Copy the scoring address" /> },
              { name: "By host name", value: <Address value={endpoint.hostScoringUri} label="Copy the address by host name" /> },
              { name: "Swagger", value: <Address value={endpoint.swaggerUri} label="Copy the swagger address" /> },
              {
                name: "Pin",
                value: (
                  <span>
                    Send <code>azureml-model-deployment: {endpoint.deployments[0]?.name ?? "name"}</code> to reach one deployment whatever the split.
                  </span>
                ),
              },
              {
                name: "Authority",
                value: (
                  <span>
                    <code>ca.pem</code> below is <code>tls/ca.pem</code> of Sluice&apos;s data folder, unless the gateway has a certificate of your own.
                  </span>
                ),
              },
            ]}
          />
        </Card>
      </Section>
      <Section title={endpoint.authMode === "key" ? "Keys" : "Tokens"}>
        <Overlap overlap={endpoint.authOverlap} />
        {useCan("contributor") ? (
          <Credentials endpoint={endpoint} />
        ) : (
          <p className="text-sm text-muted">Your role, reader, does not see what callers send; ask a contributor.</p>
        )}
      </Section>
      <Section title="Call it">
        <Tabs label="Language" tabs={tabs.map(({ value, text, code }) => ({ value, text, content: <CodeBlock label={text} code={code} /> }))} />
      </Section>
    </div>
  );
}
