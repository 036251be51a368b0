import { cn } from "./cn";
import { diffLines } from "./text-diff";

const marks = { same: " ", added: "+", removed: "−" } as const;
const looks = { same: "text-muted", added: "bg-ok-soft text-ok", removed: "bg-bad-soft text-bad" } as const;

/** What differs between two texts, line by line. */
export function TextDifference({ label, before, after }: { readonly label: string; readonly before: string; readonly after: string }) {
  const lines = diffLines(before, after);
  return (
    <div
      role="region"
      aria-label={label}
      tabIndex={0}
      className="scroll-thin max-h-120 overflow-auto rounded-md border border-line bg-sunken py-1.5 font-mono text-sm"
    >
      {lines.map((line, index) => (
        <div key={index} className={cn("px-3 whitespace-pre", looks[line.kind])}>
          <span className="inline-block w-4 select-none" aria-hidden>
            {marks[line.kind]}
          </span>
          {line.kind === "same" ? null : <span className="sr-only">{line.kind}: </span>}
          {line.text}
        </div>
      ))}
    </div>
  );
}
