"use client";
import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { Fragment, memo, type CSSProperties, type ReactNode } from "react";
import type { LogLineDto } from "#server/contract/monitoring";
import { DeployDot } from "#components/ui/badge";
import { fileAddress } from "../files/file-address";
import { cn } from "../ui/cn";
import { parseAnsi, stripAnsi, type AnsiSpan } from "./prepare/ansi";
import { clockTime, jsonOf, levelOf, relativeTime } from "./prepare/line";
import { cutByRanges, type Ranges, type Search } from "./prepare/search";

/** The terminal's sixteen colours in the studio's own tokens, so that both themes stay readable. */
const inks = ["text-text", "text-bad", "text-ok", "text-warn", "text-accent", "text-deploy-3", "text-deploy-1", "text-text"] as const;
const inkOf = (color: number | null): string | undefined => (color === null ? undefined : color === 8 ? "text-faint" : inks[color % 8]);

const edges = { error: "border-bad bg-bad-soft/50", warning: "border-warn", info: "border-transparent", debug: "border-transparent text-muted" } as const;

export interface LogLineLook {
  readonly wrap: boolean;
  readonly times: "absolute" | "relative";
  /** Palette index by deployment; a dot in front of each line when there is more than one source. */
  readonly colors?: Readonly<Record<string, number>>;
}

interface LogLineProps {
  readonly line: LogLineDto;
  readonly look: LogLineLook;
  readonly newestAt: number;
  readonly search: Search | null;
  readonly selected: boolean;
  readonly current: boolean;
  readonly open: boolean;
  readonly onToggle: (id: string) => void;
  readonly onSelect?: (id: string) => void;
}

/** A text that begins at `offset` of the line, with what a search found marked. */
const marked = (text: string, offset: number, ranges: Ranges): ReactNode =>
  ranges.length === 0
    ? text
    : cutByRanges(text, offset, ranges).map((piece, at) =>
        piece.hit ? (
          <mark key={at} className="rounded-xs bg-warn-soft font-medium text-warn ring-1 ring-warn/40">
            {piece.text}
          </mark>
        ) : (
          piece.text
        ),
      );

/** The same, with the frame of a traceback as a link to its line. */
function linked(text: string, offset: number, ranges: Ranges, { frame, href }: FrameLink): ReactNode {
  let from = offset;
  return cutByRanges(text, offset, frame).map((piece, at) => {
    const inside = marked(piece.text, from, ranges);
    from += piece.text.length;
    if (!piece.hit) return <Fragment key={at}>{inside}</Fragment>;
    return (
      <Link key={at} href={href} prefetch={false} className="text-accent underline decoration-accent/50 underline-offset-2 hover:decoration-accent">
        {inside}
      </Link>
    );
  });
}

interface FrameLink {
  readonly frame: Ranges;
  readonly href: string;
}

const framePattern = /File "[^"]+", line \d+/;

function linkOf({ text, source }: LogLineDto): FrameLink | null {
  const found = source === undefined ? null : framePattern.exec(stripAnsi(text));
  if (source === undefined || found === null) return null;
  return { frame: [[found.index, found.index + found[0].length]], href: fileAddress(source.codeId, source.path, source.line) };
}

function Text({ spans, ranges, link }: { readonly spans: readonly AnsiSpan[]; readonly ranges: Ranges; readonly link: FrameLink | null }) {
  const starts = spans.map((_, index) => spans.slice(0, index).reduce((sum, span) => sum + span.text.length, 0));
  return spans.map((span, index) => {
    const start = starts[index] ?? 0;
    const pieces = link === null ? marked(span.text, start, ranges) : linked(span.text, start, ranges, link);
    const plain = span.color === null && !span.bold && !span.dim && !span.italic && !span.underline;
    if (plain) return <span key={index}>{pieces}</span>;
    return (
      <span
        key={index}
        className={cn(inkOf(span.color), span.bold && "font-semibold", span.dim && "text-muted", span.italic && "italic", span.underline && "underline")}
      >
        {pieces}
      </span>
    );
  });
}

/** One line: time (a link to it), where it came from, its text with colours and hits, and its JSON folded. */
export const LogLine = memo(function LogLine({ line, look, newestAt, search, selected, current, open, onToggle, onSelect }: LogLineProps) {
  const json = jsonOf(line.text);
  const ranges = search === null ? [] : search.find(stripAnsi(line.text));
  const color = look.colors?.[line.deployment];
  const time = look.times === "absolute" ? clockTime(line.at) : relativeTime(line.at, newestAt);
  const style: CSSProperties = { overflowAnchor: "none" };
  return (
    <div
      style={style}
      className={cn(
        "flex min-h-5 items-start gap-2 border-l-2 pr-3 pl-2 font-mono text-sm leading-5",
        edges[levelOf(line.text)],
        current && "bg-warn-soft",
        selected && "border-accent bg-accent-soft",
      )}
    >
      <button
        type="button"
        onClick={() => onSelect?.(line.id)}
        disabled={onSelect === undefined}
        title={new Date(line.at).toISOString()}
        aria-label={`Link to the line of ${clockTime(line.at)}`}
        className={cn("num shrink-0 text-left text-faint enabled:hover:text-accent disabled:cursor-text", look.times === "absolute" ? "w-21" : "w-24")}
      >
        {time}
      </button>
      {color === undefined ? null : (
        <span className="flex h-5 shrink-0 items-center" title={`${line.deployment} ${line.instanceId}`}>
          <DeployDot color={color} />
          <span className="sr-only">{line.deployment}</span>
        </span>
      )}
      {line.stream === "stderr" ? (
        <span className="shrink-0 text-faint" title="standard error">
          err
        </span>
      ) : null}
      <span className={cn("min-w-0", look.wrap ? "break-all whitespace-pre-wrap" : "whitespace-pre")}>
        {json === null ? null : (
          <button
            type="button"
            aria-expanded={open}
            aria-label={open ? "Fold JSON" : "Unfold JSON"}
            onClick={() => onToggle(line.id)}
            className="mr-1 inline-flex h-5 items-center align-top text-faint hover:text-text"
          >
            <ChevronRight aria-hidden className={cn("size-3.5 transition-transform", open && "rotate-90")} />
          </button>
        )}
        {json !== null && open ? (
          <span className="whitespace-pre-wrap">
            {json.before === "" ? "" : `${json.before}\n`}
            {json.pretty}
          </span>
        ) : (
          <Text spans={parseAnsi(line.text)} ranges={ranges} link={linkOf(line)} />
        )}
      </span>
    </div>
  );
});
