"use client";
import type { ReactNode } from "react";
import { Badge } from "#components/ui/badge";
import { Checkbox } from "#components/ui/input";
import { Time } from "#components/ui/time";
import { cn } from "../ui/cn";

interface ListedVersion {
  readonly id: string;
  readonly version: number;
  readonly createdAt: number;
  readonly archivedAt: number | null;
  readonly labels: readonly string[];
}

interface VersionListProps<V extends ListedVersion> {
  readonly versions: readonly V[];
  readonly chosenId: string | undefined;
  readonly onChoose: (version: V) => void;
  readonly archived: boolean;
  readonly onArchived: (archived: boolean) => void;
  /** In place of the time. */
  readonly aside?: (version: V) => ReactNode;
}

/** The versions of a name, newest first, to choose one; archived ones when asked for. */
export function VersionList<V extends ListedVersion>({ versions, chosenId, onChoose, archived, onArchived, aside }: VersionListProps<V>) {
  return (
    <nav aria-label="Versions" className="flex flex-col gap-2">
      <ul className="scroll-thin max-h-100 divide-y divide-line overflow-auto rounded-lg border border-line bg-surface">
        {versions.map((version) => (
          <li key={version.id}>
            <button
              type="button"
              aria-current={version.id === chosenId}
              onClick={() => onChoose(version)}
              className={cn(
                "flex min-h-10 w-full flex-wrap items-center justify-between gap-x-2 gap-y-1 px-3 py-2 text-left hover:bg-hover focus-visible:-outline-offset-2",
                version.id === chosenId && "bg-active/70 font-medium",
              )}
            >
              <span className="num">Version {version.version}</span>
              {aside === undefined ? <Time at={version.createdAt} className="text-sm font-normal text-faint" /> : aside(version)}
              {version.labels.length === 0 && version.archivedAt === null ? null : (
                <span className="flex w-full flex-wrap gap-1">
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
      <label className="flex items-center gap-2 text-sm text-muted">
        <Checkbox checked={archived} onChange={(event) => onArchived(event.target.checked)} />
        Show archived versions
      </label>
    </nav>
  );
}
