"use client";
import { KeyRound } from "lucide-react";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { CodeBlock } from "#components/ui/code-block";
import { Card } from "#components/ui/page";
import { Time } from "#components/ui/time";
import { fetchTokenAction } from "#server/actions/endpoints";
import { useAction } from "../queries/use-action";

/** How a token of ours is fetched: by hand, by the command and by the management API. */
export function EndpointTokens({ endpoint }: { readonly endpoint: string }) {
  const fetched = useAction(fetchTokenAction);
  const token = fetched.data;
  return (
    <Card className="flex flex-col gap-3">
      <p className="text-muted">
        A token is good for 12 hours and for this endpoint alone. Callers fetch one with a personal access token of theirs (Settings, Access tokens), keep it,
        and fetch the next after <code>refreshAfterTimeUtc</code>.
      </p>
      <CodeBlock label="command" code={`export SLUICE_KEY=$(npx sluice credentials ${endpoint} --value)`} />
      <CodeBlock label="management API" code={`curl -X POST "$SLUICE_URL/api/v1/endpoints/${endpoint}/token" -H "Authorization: Bearer $SLUICE_TOKEN"`} />
      {token === undefined ? null : (
        <div className="flex flex-col gap-1">
          <CodeBlock label="token" code={token.accessToken} wrap className="max-h-40" />
          <p className="text-sm text-muted">
            Ends <Time at={token.expiryTimeUtc * 1000} />; the next is due <Time at={token.refreshAfterTimeUtc * 1000} />.
          </p>
        </div>
      )}
      {fetched.error === null ? null : <ErrorCallout error={fetched.error.problem} />}
      <div>
        <Button busy={fetched.isPending} onClick={() => fetched.mutate({ endpoint })}>
          <KeyRound aria-hidden />
          Fetch a token
        </Button>
      </div>
    </Card>
  );
}

/** Tokens that somebody else issues. */
export const ProviderTokens = () => (
  <Card>
    <p className="text-muted">
      Callers bring a token of the identity provider that the workspace&apos;s settings name, sent as <code>Authorization: Bearer …</code>. Ask the provider for
      it as for any other application: with the audience, and the permission to score, that the settings ask for.
    </p>
  </Card>
);
