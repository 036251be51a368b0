import { cn } from "./cn";
import { CopyButton } from "./copy-button";

interface CodeBlockProps {
  readonly code: string;
  readonly label: string;
  readonly className?: string;
  /** Breaks long lines instead of scrolling. */
  readonly wrap?: boolean;
}

/** Text to read and to copy, in the monospaced face. */
export function CodeBlock({ code, label, className, wrap = false }: CodeBlockProps) {
  return (
    <div className={cn("group relative min-w-0 rounded-md border border-line bg-sunken", className)}>
      <pre
        tabIndex={0}
        role="region"
        aria-label={label}
        className={cn("scroll-thin max-h-[inherit] overflow-auto py-2 pr-10 pl-3 font-mono text-sm", wrap && "break-all whitespace-pre-wrap")}
      >
        {code}
      </pre>
      <CopyButton value={code} label={`Copy ${label}`} className="absolute top-1 right-1 bg-sunken" />
    </div>
  );
}

/** One command on one line, to copy. */
export function CommandLine({ command, className }: { readonly command: string; readonly className?: string }) {
  return (
    <div className={cn("flex min-w-0 items-center gap-2 rounded-md border border-line bg-sunken py-0.5 pr-0.5 pl-3", className)}>
      <code
        className="scroll-thin min-w-0 flex-1 overflow-x-auto text-left text-sm whitespace-nowrap [scrollbar-width:none]"
        tabIndex={0}
        role="region"
        aria-label="Command"
      >
        <span aria-hidden className="text-faint">
          ${" "}
        </span>
        {command}
      </code>
      <CopyButton value={command} label="Copy command" />
    </div>
  );
}
