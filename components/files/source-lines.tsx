"use client";
import { jsonLanguage } from "@codemirror/lang-json";
import { pythonLanguage } from "@codemirror/lang-python";
import { yamlLanguage } from "@codemirror/lang-yaml";
import { highlightCode, tagHighlighter, tags } from "@lezer/highlight";
import { useMemo } from "react";
import type { FilePreviewDto } from "#server/contract/asset";
import { cn } from "../ui/cn";

interface Piece {
  readonly text: string;
  readonly look: string;
}

const languages = { json: jsonLanguage, python: pythonLanguage, yaml: yamlLanguage } as const;
const ink = tagHighlighter([
  { tag: [tags.keyword, tags.modifier], class: "text-accent" },
  { tag: [tags.string, tags.special(tags.string)], class: "text-ok" },
  { tag: [tags.comment, tags.docString], class: "text-faint" },
  { tag: [tags.number, tags.bool, tags.null], class: "text-warn" },
  { tag: [tags.propertyName, tags.definition(tags.variableName), tags.function(tags.variableName)], class: "text-accent-strong" },
]);

/** The text's lines, each cut where the look changes. */
function linesOf(text: string, language: FilePreviewDto["language"]): readonly (readonly Piece[])[] {
  if (language === null || language === "text") return text.split("\n").map((line) => [{ text: line, look: "" }]);
  const lines: Piece[][] = [[]];
  const tree = languages[language].parser.parse(text);
  highlightCode(text, tree, ink, (piece, look) => void lines.at(-1)?.push({ text: piece, look }), () => void lines.push([])); // prettier-ignore
  return lines;
}

interface SourceLinesProps {
  readonly label: string;
  readonly text: string;
  readonly language: FilePreviewDto["language"];
  /** The line that is pointed at. */
  readonly marked?: number | null;
  /** Makes numbers links that choose their line. */
  readonly onMark?: (line: number) => void;
  readonly className?: string | undefined;
}

const numberLook = "sticky left-0 w-12 shrink-0 border-r border-line bg-sunken pr-2 text-right text-faint select-none";

/** A file with line numbers and colours; each line has the id `L` and its number. */
export function SourceLines({ label, text, language, marked = null, onMark, className }: SourceLinesProps) {
  const lines = useMemo(() => linesOf(text.replace(/\r\n?/g, "\n").replace(/\n$/, ""), language), [text, language]);
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label={label}
      className={cn("scroll-thin overflow-auto rounded-md border border-line bg-surface font-mono text-sm leading-5", className)}
    >
      <div className="w-max min-w-full">
        {lines.map((pieces, index) => {
          const number = index + 1;
          const isMarked = marked === number;
          return (
            <div key={number} id={`L${String(number)}`} aria-current={isMarked || undefined} className={cn("flex scroll-m-16", isMarked && "bg-warn-soft")}>
              {onMark === undefined ? (
                <span aria-hidden className={numberLook}>
                  {number}
                </span>
              ) : (
                <a
                  href={`#L${String(number)}`}
                  aria-label={`Line ${String(number)}`}
                  onClick={(event) => {
                    event.preventDefault();
                    onMark(number);
                  }}
                  className={cn(numberLook, "hover:text-accent focus-visible:-outline-offset-2", isMarked && "font-semibold text-warn")}
                >
                  {number}
                </a>
              )}
              <code className="pr-4 pl-3 whitespace-pre">
                {pieces.map((piece, at) =>
                  piece.look === "" ? (
                    piece.text
                  ) : (
                    <span key={at} className={piece.look}>
                      {piece.text}
                    </span>
                  ),
                )}
              </code>
            </div>
          );
        })}
      </div>
    </div>
  );
}
