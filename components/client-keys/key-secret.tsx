"use client";
import { Button } from "#components/ui/button";
import { CodeBlock } from "#components/ui/code-block";
import { Dialog } from "#components/ui/dialog";

/** The one time that a key is seen. */
export function KeySecret({
  name,
  secret,
  scoringUri,
  onClose,
}: {
  readonly name: string;
  readonly secret: string;
  readonly scoringUri: string;
  readonly onClose: () => void;
}) {
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`The key ${name}`}
      description="Copy it now: it is kept as a hash and cannot be shown again. The gateways take it within a second."
      footer={
        <Button variant="primary" onClick={onClose}>
          I have copied it
        </Button>
      }
    >
      <CodeBlock label="key" code={secret} wrap />
      <CodeBlock label="call" code={`curl ${scoringUri} \\\n  -H "authorization: Bearer $KEY" \\\n  -H "content-type: application/json" -d @request.json`} />
    </Dialog>
  );
}
