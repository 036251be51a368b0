"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleDot, TriangleAlert, UserRound } from "lucide-react";
import Link from "next/link";
import { useEffect, useState } from "react";
import { Button } from "#components/ui/button";
import { Card } from "#components/ui/page";
import { EmptyState } from "#components/ui/empty-state";
import { Time } from "#components/ui/time";
import type { Page } from "#server/contract/common";
import type { ActivityDto } from "#server/contract/monitoring";
import { apiGet } from "../queries/fetcher";
import { queryKeys } from "../queries/keys";
import { settledMs } from "../queries/polling";
import { cn } from "../ui/cn";

const looks = {
  info: { icon: CircleDot, ink: "text-faint" },
  warning: { icon: TriangleAlert, ink: "text-warn" },
  error: { icon: CircleAlert, ink: "text-bad" },
} as const;

/** What it is about in bold, said once: many messages begin with its name. */
function Sentence({ title, message }: { readonly title: string; readonly message: string }) {
  const rest = message.startsWith(`${title} `) ? message.slice(title.length + 1) : message;
  return (
    <>
      <span className="font-medium">{title}</span> {rest}
    </>
  );
}

function Entry({ entry, named }: { readonly entry: ActivityDto; readonly named: boolean }) {
  const look = looks[entry.severity];
  const Icon = entry.kind === "audit" ? UserRound : look.icon;
  return (
    <li id={entry.id} aria-current={named ? "true" : undefined} className={cn("flex scroll-mt-16 gap-3 px-4 py-3", named && "bg-accent-soft")}>
      <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", look.ink)} />
      <div className="flex min-w-0 flex-1 flex-col gap-0.5">
        <p className="break-words">
          <Sentence title={entry.title} message={entry.message} />
          {entry.actor === null ? null : <span className="text-muted"> · by {entry.actor}</span>}
        </p>
        <p className="text-sm text-faint">
          <code>{entry.reason}</code>
          {entry.severity === "info" ? null : ` · ${entry.severity}`}
          {entry.exitCode === null ? null : ` · exit code ${String(entry.exitCode)}`}
        </p>
        {entry.hint === null ? null : (
          <p className="text-sm">
            <span className="font-medium">What to do:</span> {entry.hint}
          </p>
        )}
        {entry.lines.length === 0 ? null : (
          <details>
            <summary className="cursor-pointer text-sm text-muted">{entry.lines.length} log lines</summary>
            <pre tabIndex={0} aria-label="Log lines" className="mt-1 max-h-72 overflow-auto rounded-md border border-line bg-sunken p-2 font-mono text-sm">
              {entry.lines.join("\n")}
            </pre>
          </details>
        )}
      </div>
      <Time at={entry.at} className="shrink-0 text-sm text-faint" />
    </li>
  );
}

/** The entry that the address names, which the browser knows only. Looked at again on every way there, since links inside the studio load no page. */
function useNamedEntry(): string | null {
  const [id, setId] = useState<string | null>(null);
  useEffect(() => {
    const look = () => setId(decodeURIComponent(window.location.hash.slice(1)) || null);
    look();
    window.addEventListener("hashchange", look);
    return () => window.removeEventListener("hashchange", look);
  }, []);
  useEffect(() => {
    if (id !== null) document.getElementById(id)?.scrollIntoView({ block: "center" });
  }, [id]);
  return id;
}

interface ActivityListProps {
  readonly endpoint: string;
  /** Only what happened before; null for the newest, which stay live. */
  readonly before: number | null;
  readonly initial: Page<ActivityDto>;
}

/** Who changed what and what the platform did, newest first. */
export function ActivityList({ endpoint, before, initial }: ActivityListProps) {
  const query = { limit: 100, ...(before === null ? {} : { before }) };
  const { data } = useQuery({
    queryKey: queryKeys.activity(endpoint, query),
    queryFn: ({ signal }) => apiGet<Page<ActivityDto>>(`/endpoints/${encodeURIComponent(endpoint)}/activity`, query, signal),
    refetchInterval: before === null ? settledMs : false,
    initialData: initial,
  });
  const named = useNamedEntry();
  const path = `/endpoints/${encodeURIComponent(endpoint)}/activity`;
  if (data.items.length === 0 && before === null)
    return <EmptyState title="Nothing happened yet" sentence="Changes and what the platform did about them are told here." />;
  return (
    <div className="flex flex-col gap-3">
      <Card className="p-0">
        <ol aria-label="Activity" className="divide-y divide-line">
          {data.items.map((entry) => (
            <Entry key={entry.id} entry={entry} named={entry.id === named} />
          ))}
        </ol>
        {data.items.length === 0 ? <p className="px-4 py-3 text-muted">Nothing older is kept.</p> : null}
      </Card>
      <nav aria-label="Pages of the activity" className="flex flex-wrap gap-2">
        {before === null ? null : (
          <Button size="sm" asChild>
            <Link href={path}>Newest</Link>
          </Button>
        )}
        {data.nextCursor === null ? null : (
          <Button size="sm" asChild>
            <Link href={`${path}?before=${data.nextCursor}`}>Older</Link>
          </Button>
        )}
      </nav>
    </div>
  );
}
