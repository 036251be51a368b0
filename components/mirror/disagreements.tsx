"use client";
import { ChevronRight } from "lucide-react";
import { TextDifference } from "#components/ui/text-difference";
import { Time } from "#components/ui/time";
import type { MirrorDisagreementDto } from "#server/contract/mirror";
import { formatMs } from "../ui/format";
import { readable } from "./prepare/shares";

function Disagreement({ item }: { readonly item: MirrorDisagreementDto }) {
  const { primary, shadow } = item;
  return (
    <details className="group border-b border-line last:border-b-0">
      <summary className="flex cursor-pointer flex-wrap items-baseline gap-x-3 gap-y-0.5 px-3 py-2 hover:bg-hover/60">
        <ChevronRight aria-hidden className="size-3.5 shrink-0 self-center text-faint transition-transform group-open:rotate-90" />
        <code className="min-w-0 flex-1 basis-60 text-sm break-all">{item.difference}</code>
        <span className="text-sm text-muted">{shadow}</span>
        <Time at={item.at} className="text-sm text-faint" />
      </summary>
      <div className="flex flex-col gap-2 px-3 pb-3">
        <p className="text-sm text-muted">
          <span className="text-bad">− {primary}</span>, status {item.primaryStatus}, {formatMs(item.primaryMs)} · <span className="text-ok">+ {shadow}</span>,
          status {item.shadowStatus}, {formatMs(item.shadowMs)} · request <code className="break-all">{item.requestId}</code>
        </p>
        <TextDifference label={`Answers of ${primary} and ${shadow}`} before={readable(item.primaryBody)} after={readable(item.shadowBody)} />
      </div>
    </details>
  );
}

/** Answers that differed, newest first; each opens to both bodies as one text. */
export function Disagreements({ items }: { readonly items: readonly MirrorDisagreementDto[] }) {
  if (items.length === 0) return <p className="rounded-lg border border-line bg-surface p-4 text-muted">No answer differed in this time.</p>;
  return (
    <div className="rounded-lg border border-line bg-surface">
      {items.map((item) => (
        <Disagreement key={`${item.requestId}|${item.shadow}`} item={item} />
      ))}
    </div>
  );
}
