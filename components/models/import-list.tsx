"use client";
import Link from "next/link";
import { StateBadge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { Section } from "#components/ui/page";
import { Progress } from "#components/ui/progress";
import { Time } from "#components/ui/time";
import { cancelModelImportAction } from "#server/actions/models";
import type { ModelImportDto } from "#server/contract/import";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { useImports } from "../queries/use-imports";
import { formatBytes } from "../ui/format";

const isOpen = (item: ModelImportDto): boolean => item.state === "Queued" || item.state === "Running";

function ImportItem({ item }: { readonly item: ModelImportDto }) {
  const cancel = useAction(cancelModelImportAction, { invalidates: () => [queryKeys.imports()], toastError: true });
  const size = item.totalBytes === null ? formatBytes(item.doneBytes) : `${formatBytes(item.doneBytes)} of ${formatBytes(item.totalBytes)}`;
  return (
    <li className="flex flex-col gap-1.5 px-3 py-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <span className="min-w-0 break-all">
          {item.version === null ? (
            <span className="font-medium">{item.name}</span>
          ) : (
            <Link className="font-medium hover:text-accent" href={`/models/${encodeURIComponent(item.name)}`}>
              {item.name}:{item.version}
            </Link>
          )}{" "}
          <span className="text-sm text-muted">from {item.source}</span>
        </span>
        <span className="flex items-center gap-2 text-sm text-muted">
          <Time at={item.createdAt} />
          <StateBadge state={item.cancelling ? "Canceling" : item.state} />
          {isOpen(item) ? (
            <Button size="sm" variant="ghost" disabled={item.cancelling} onClick={() => cancel.mutate({ id: item.id })}>
              Cancel
            </Button>
          ) : null}
        </span>
      </div>
      {item.state === "Running" ? (
        <>
          {item.totalBytes === null ? null : <Progress label={`Import of ${item.name}`} value={item.totalBytes === 0 ? 1 : item.doneBytes / item.totalBytes} />}
          <span className="num text-sm text-muted">{size}</span>
        </>
      ) : null}
      {item.message === null ? null : (
        <p className="text-sm">
          {item.message} <span className="text-muted">{item.hint}</span>
        </p>
      )}
    </li>
  );
}

/** What is being fetched and what came of it lately; nothing while there is none. */
export function ImportList() {
  const { data } = useImports();
  const items = data?.items.slice(0, 10) ?? [];
  if (items.length === 0) return null;
  return (
    <Section title="Imports">
      <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface">
        {items.map((item) => (
          <ImportItem key={item.id} item={item} />
        ))}
      </ul>
    </Section>
  );
}
