"use client";
import { Archive, Plus } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useCan } from "#components/shell/me";
import { Badge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { CopyButton } from "#components/ui/copy-button";
import { ConfirmDialog } from "#components/ui/dialog";
import { Card, Facts, PageHeader, Section } from "#components/ui/page";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time } from "#components/ui/time";
import { archiveModelVersionAction } from "#server/actions/models";
import type { ModelVersionDto } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { useModels } from "../queries/use-assets";
import { cn } from "../ui/cn";
import { formatBytes, plural } from "../ui/format";
import { modelTypeWords } from "./model-words";
import { UsedBy } from "./used-by";

/** Archives one version. With the last one the model is gone, and so is this page: it leads to the list instead of asking for itself again. */
function Archiving({ version, last }: { readonly version: ModelVersionDto; readonly last: boolean }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const archive = useAction(archiveModelVersionAction, {
    invalidates: () => (last ? [] : [queryKeys.models()]),
    onSuccess: () => {
      setOpen(false);
      if (last) router.push("/models");
    },
    success: `${version.name}:${version.version} is archived`,
  });
  return (
    <>
      <Button size="sm" onClick={() => setOpen(true)}>
        <Archive aria-hidden />
        Archive
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Archive ${version.name}:${version.version}?`}
        consequence="It leaves the lists and cannot be picked for new deployments. Deployments that use it go on."
        confirmLabel="Archive"
        busy={archive.isPending}
        error={archive.error === null ? null : <ErrorCallout error={archive.error.problem} />}
        onConfirm={() => archive.mutate({ id: version.id })}
      />
    </>
  );
}

function Files({ version }: { readonly version: ModelVersionDto }) {
  return (
    <Table label={`Files of version ${version.version}`}>
      <TableHead>
        <tr>
          <Th>Path</Th>
          <Th numeric>Size</Th>
          <Th>SHA-256</Th>
        </tr>
      </TableHead>
      <TableBody>
        {version.files.map((file) => (
          <Tr key={file.path}>
            <Td className="mono">{file.path}</Td>
            <Td numeric>{formatBytes(file.sizeBytes)}</Td>
            <Td className="mono text-muted">
              <span className="inline-flex items-center gap-1">
                {file.sha256.slice(0, 12)}…<CopyButton value={file.sha256} label={`Copy the checksum of ${file.path}`} />
              </span>
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}

/** One model: its versions, and the files of the chosen one. */
export function ModelPage({ name, initial }: { readonly name: string; readonly initial: Page<ModelVersionDto> }) {
  const { data = initial } = useModels(name, initial);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const canWrite = useCan("contributor");
  const chosen = data.items.find((version) => version.id === chosenId) ?? data.items[0];
  return (
    <>
      <PageHeader
        title={name}
        description={plural(data.items.length, "version")}
        actions={
          canWrite ? (
            <Button asChild>
              <Link href={`/models/register?name=${encodeURIComponent(name)}`}>
                <Plus aria-hidden />
                New version
              </Link>
            </Button>
          ) : undefined
        }
      />
      <div className="grid gap-4 lg:grid-cols-[240px_minmax(0,1fr)]">
        <nav aria-label="Versions">
          <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface">
            {data.items.map((version) => (
              <li key={version.id}>
                <button
                  type="button"
                  aria-current={version.id === chosen?.id}
                  onClick={() => setChosenId(version.id)}
                  className={cn(
                    "flex h-10 w-full items-center justify-between px-3 text-left hover:bg-hover focus-visible:-outline-offset-2",
                    version.id === chosen?.id && "bg-active/70 font-medium",
                  )}
                >
                  <span className="num">Version {version.version}</span>
                  <Time at={version.createdAt} className="text-sm font-normal text-faint" />
                </button>
              </li>
            ))}
          </ul>
        </nav>
        {chosen === undefined ? null : (
          <div className="flex min-w-0 flex-col gap-4">
            <Card>
              <div className="flex flex-wrap items-start justify-between gap-3">
                <Facts
                  facts={[
                    {
                      name: "Reference",
                      value: (
                        <span className="inline-flex items-center gap-1">
                          <code className="text-sm">
                            {chosen.name}:{chosen.version}
                          </code>
                          <CopyButton value={`${chosen.name}:${chosen.version}`} label="Copy the reference" />
                        </span>
                      ),
                    },
                    { name: "Type", value: <Badge>{modelTypeWords[chosen.type]}</Badge> },
                    { name: "Root", value: <code className="text-sm">{chosen.rootName}</code> },
                    { name: "Size", value: `${formatBytes(chosen.sizeBytes)} in ${plural(chosen.files.length, "file")}` },
                    { name: "Used by", value: <UsedBy usedBy={chosen.usedBy} /> },
                    {
                      name: "Registered",
                      value: (
                        <>
                          <Time at={chosen.createdAt} /> by {chosen.createdBy}
                        </>
                      ),
                    },
                    ...(chosen.description === "" ? [] : [{ name: "Description", value: chosen.description }]),
                    ...Object.entries(chosen.tags).map(([tag, value]) => ({ name: tag, value })),
                  ]}
                />
                {canWrite ? <Archiving key={chosen.id} version={chosen} last={data.items.length === 1} /> : null}
              </div>
            </Card>
            <Section title="Files">
              <Files version={chosen} />
            </Section>
          </div>
        )}
      </div>
    </>
  );
}
