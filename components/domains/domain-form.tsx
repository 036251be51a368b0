"use client";
import { useState, type ReactNode } from "react";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Dialog } from "#components/ui/dialog";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { addDomainAction, replaceDomainCertificateAction } from "#server/actions/endpoints";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { PemField } from "./pem-field";
import { refusalOf } from "./words";

interface FormProps {
  readonly endpoint: string;
  /** The domain whose certificate is replaced; null for one that is added. */
  readonly domain: string | null;
  readonly gatewayHost: string;
  readonly onClose: () => void;
}

const shownAt = ["name", "certificate", "privateKey"];

function NameField({ value, error, hint, onChange }: { value: string; error: string | null; hint: ReactNode; onChange: (value: string) => void }) {
  return (
    <Field label="Domain" hint={hint} error={error}>
      {(control) => (
        <Input
          {...control}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          required
          placeholder="score.example.com"
          autoComplete="off"
          spellCheck={false}
        />
      )}
    </Field>
  );
}

/** Asks for a certificate with its key, and for the domain where it is a new one. What was typed is kept nowhere once the dialog closes. */
export function DomainForm({ endpoint, domain, gatewayHost, onClose }: FormProps) {
  const [wish, setWish] = useState(domain ?? "");
  const [certificate, setCertificate] = useState("");
  const [privateKey, setPrivateKey] = useState("");
  const save = useAction(domain === null ? addDomainAction : replaceDomainCertificateAction, {
    invalidates: () => [queryKeys.endpoint(endpoint)],
    success: (data) => (domain === null ? `${data.name} was added` : `${data.name} has its new certificate`),
    onSuccess: onClose,
    secret: true,
  });
  const fields = save.error?.problem.fields ?? [];
  const isShownBelow = save.error !== null && !fields.some(({ path }) => shownAt.includes(path));
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={domain === null ? "New domain" : `Certificate of ${domain}`}
      description={
        domain === null
          ? "The endpoint answers at this name as well, with the certificate that you bring."
          : "The next certificate takes the place of the present one. No call fails, and open connections go on."
      }
      className="max-w-150"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            type="submit"
            form="domain"
            busy={save.isPending}
            disabled={[wish, certificate, privateKey].some((text) => text.trim() === "")}
          >
            {domain === null ? "Add" : "Replace"}
          </Button>
        </>
      }
    >
      <form
        id="domain"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate({ endpoint, name: wish, certificate, privateKey });
        }}
      >
        {domain === null ? (
          <NameField value={wish} error={refusalOf(fields, "name")} hint={`Its DNS entry has to lead to ${gatewayHost}.`} onChange={setWish} />
        ) : null}
        <PemField
          label="Certificate"
          hint="PEM: the server's certificate first, then its chain."
          placeholder="-----BEGIN CERTIFICATE-----"
          value={certificate}
          error={refusalOf(fields, "certificate")}
          onChange={setCertificate}
        />
        <PemField
          label="Private key"
          hint="PEM, without a passphrase. It is sealed, and never shown again."
          placeholder="-----BEGIN PRIVATE KEY-----"
          value={privateKey}
          error={refusalOf(fields, "privateKey")}
          onChange={setPrivateKey}
        />
        {save.error !== null && isShownBelow ? <ErrorCallout error={save.error.problem} /> : null}
      </form>
    </Dialog>
  );
}
