"use client";
import Link from "next/link";
import { Field } from "#components/ui/field";
import { Checkbox, Input, Select } from "#components/ui/input";
import type { ImportOptionsDto } from "#server/contract/import";

/** Where a model may come from besides an upload. */
export type ImportKind = "http" | "s3" | "path";

export interface ImportDraft {
  readonly url: string;
  readonly connection: string;
  readonly bucket: string;
  readonly key: string;
  readonly path: string;
  readonly sha256: string;
  readonly unpack: boolean;
}

export const blankImport: ImportDraft = { url: "", connection: "", bucket: "", key: "", path: "", sha256: "", unpack: false };

/** The draft as the API takes it, or null while something is missing. */
export function sourceOf(kind: ImportKind, draft: ImportDraft) {
  if (kind === "http") return URL.canParse(draft.url) ? { kind, url: draft.url } : null;
  if (kind === "path") return draft.path.startsWith("/") ? { kind, path: draft.path } : null;
  return draft.connection === "" || draft.bucket === "" ? null : { kind, connection: draft.connection, bucket: draft.bucket, key: draft.key };
}

interface ImportSourceProps {
  readonly kind: ImportKind;
  readonly draft: ImportDraft;
  readonly change: (changes: Partial<ImportDraft>) => void;
  readonly options: ImportOptionsDto | undefined;
}

function StorageFields({ draft, change, options }: ImportSourceProps) {
  const connections = options?.connections ?? [];
  if (options !== undefined && connections.length === 0)
    return (
      <p className="text-muted">
        There is no connection to S3 storage yet.{" "}
        <Link className="text-accent hover:underline" href="/settings?tab=connections">
          Connections
        </Link>{" "}
        keep its address and keys.
      </p>
    );
  return (
    <>
      <Field label="Connection">
        {(control) => (
          <Select {...control} value={draft.connection} onChange={(event) => change({ connection: event.target.value })} className="max-w-100">
            <option value="">choose</option>
            {connections.map((connection) => (
              <option key={connection.id} value={connection.id}>
                {connection.name} ({connection.address})
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Bucket">
        {(control) => <Input {...control} value={draft.bucket} onChange={(event) => change({ bucket: event.target.value })} className="mono max-w-100" />}
      </Field>
      <Field label="Key" hint="An object; a key that ends with a slash is a folder.">
        {(control) => <Input {...control} value={draft.key} onChange={(event) => change({ key: event.target.value })} className="mono" />}
      </Field>
    </>
  );
}

/** Fields of the chosen source. */
export function ImportSource(props: ImportSourceProps) {
  const { kind, draft, change, options } = props;
  return (
    <>
      {kind === "http" ? (
        <Field label="Address" hint="Fetched by the server. It must be reachable without signing in.">
          {(control) => (
            <Input
              {...control}
              type="url"
              value={draft.url}
              onChange={(event) => change({ url: event.target.value })}
              placeholder="https://example.com/model.onnx"
            />
          )}
        </Field>
      ) : null}
      {kind === "s3" ? <StorageFields {...props} /> : null}
      {kind === "path" ? (
        <Field
          label="Path on the server"
          hint={
            options === undefined || options.paths.length > 0
              ? `Allowed: ${options?.paths.join(", ") ?? ""}`
              : "No folder is allowed. An administrator lists them in SLUICE_IMPORT_PATHS."
          }
        >
          {(control) => (
            <Input
              {...control}
              value={draft.path}
              onChange={(event) => change({ path: event.target.value })}
              className="mono"
              placeholder="/srv/models/churn"
            />
          )}
        </Field>
      ) : null}
      <label className="flex items-center gap-2">
        <Checkbox checked={draft.unpack} onChange={(event) => change({ unpack: event.target.checked })} />
        Unpack it (zip, tar or tar.gz)
      </label>
      {draft.unpack ? null : (
        <Field label="SHA-256" optional hint="Of a single file; another content is then refused.">
          {(control) => (
            <Input {...control} value={draft.sha256} onChange={(event) => change({ sha256: event.target.value })} className="mono" maxLength={64} />
          )}
        </Field>
      )}
    </>
  );
}
