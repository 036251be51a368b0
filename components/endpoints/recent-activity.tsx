"use client";
import { CircleAlert, CircleDot, TriangleAlert, UserRound } from "lucide-react";
import { Skeleton } from "#components/ui/skeleton";
import { Time } from "#components/ui/time";
import type { ActivityDto } from "#server/contract/monitoring";
import { useRecentActivity } from "../queries/use-endpoints";

function Icon({ entry }: { readonly entry: ActivityDto }) {
  if (entry.severity === "error") return <CircleAlert aria-label="Error" className="size-3.5 text-bad" />;
  if (entry.severity === "warning") return <TriangleAlert aria-label="Warning" className="size-3.5 text-warn" />;
  return entry.kind === "audit" ? (
    <UserRound aria-label="Somebody did this" className="size-3.5 text-muted" />
  ) : (
    <CircleDot aria-label="The platform did this" className="size-3.5 text-muted" />
  );
}

/** The last few things that people and the platform did here. */
export function RecentActivity({ endpoint, limit = 5 }: { readonly endpoint: string; readonly limit?: number }) {
  const { data } = useRecentActivity(endpoint, limit);
  const items = data?.items ?? [];
  return (
    <ul className="min-h-45.5 divide-y divide-line rounded-lg border border-line bg-surface">
      {items.map((entry) => (
        <li key={entry.id} className="flex h-9 items-center gap-2.5 px-3">
          <Icon entry={entry} />
          <span className="min-w-0 flex-1 truncate" title={entry.message}>
            <span className="font-medium">{entry.title}</span>
            {entry.message === "" ? null : <span className="text-muted"> {entry.message}</span>}
          </span>
          <span className="shrink-0 text-sm text-faint">
            {entry.actor === null ? "" : `${entry.actor}, `}
            <Time at={entry.at} />
          </span>
        </li>
      ))}
      {data === undefined
        ? Array.from({ length: limit }, (_, index) => (
            <li key={index} className="flex h-9 items-center px-3">
              <Skeleton className="w-72" />
            </li>
          ))
        : null}
      {data !== undefined && items.length === 0 ? <li className="px-3 py-6 text-center text-muted">Nothing has happened yet.</li> : null}
    </ul>
  );
}
