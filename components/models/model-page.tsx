"use client";
import { Plus } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useCan } from "#components/shell/me";
import { Badge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { Checkbox } from "#components/ui/input";
import { PageHeader } from "#components/ui/page";
import { Time } from "#components/ui/time";
import type { ModelVersionDto } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import { useModels } from "../queries/use-assets";
import { cn } from "../ui/cn";
import { plural } from "../ui/format";
import { VersionDetails } from "./version-details";

interface VersionListProps {
  readonly versions: readonly ModelVersionDto[];
  readonly chosenId: string | undefined;
  readonly onChoose: (id: string) => void;
}

function VersionList({ versions, chosenId, onChoose }: VersionListProps) {
  return (
    <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface">
      {versions.map((version) => (
        <li key={version.id}>
          <button
            type="button"
            aria-current={version.id === chosenId}
            onClick={() => onChoose(version.id)}
            className={cn(
              "flex min-h-10 w-full flex-wrap items-center justify-between gap-x-2 px-3 py-1 text-left hover:bg-hover focus-visible:-outline-offset-2",
              version.id === chosenId && "bg-active/70 font-medium",
            )}
          >
            <span className="num">Version {version.version}</span>
            <Time at={version.createdAt} className="text-sm font-normal text-faint" />
            {version.labels.length === 0 && version.archivedAt === null ? null : (
              <span className="flex w-full flex-wrap gap-1 pb-1">
                {version.archivedAt === null ? null : <Badge tone="warn">archived</Badge>}
                {version.labels.map((label) => (
                  <Badge key={label}>{label}</Badge>
                ))}
              </span>
            )}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** One model: its versions, and everything about the chosen one. */
export function ModelPage({ name, initial }: { readonly name: string; readonly initial: Page<ModelVersionDto> }) {
  const [archived, setArchived] = useState(false);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const { data = initial } = useModels(name, initial, archived);
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
        <nav aria-label="Versions" className="flex flex-col gap-2">
          <VersionList versions={data.items} chosenId={chosen?.id} onChoose={setChosenId} />
          <label className="flex items-center gap-2 text-sm text-muted">
            <Checkbox checked={archived} onChange={(event) => setArchived(event.target.checked)} />
            Show archived versions
          </label>
        </nav>
        {chosen === undefined ? null : <VersionDetails model={chosen} all={data.items} canWrite={canWrite} />}
      </div>
    </>
  );
}
