import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn";

interface CalloutProps {
  readonly tone?: "bad" | "warn" | "info";
  readonly title: string;
  /** The stable code that the failure-modes page explains. */
  readonly code?: string | undefined;
  readonly hint?: string | null | undefined;
  readonly children?: ReactNode;
  readonly className?: string;
}

const looks = {
  bad: { icon: CircleAlert, box: "border-bad/30 bg-bad-soft", ink: "text-bad" },
  warn: { icon: TriangleAlert, box: "border-warn/30 bg-warn-soft", ink: "text-warn" },
  info: { icon: Info, box: "border-accent/30 bg-accent-soft", ink: "text-accent" },
} as const;

/** Says what failed or matters, with the code and what to do next. */
export function Callout({ tone = "bad", title, code, hint, children, className }: CalloutProps) {
  const look = looks[tone];
  const Icon = look.icon;
  return (
    <div role={tone === "bad" ? "alert" : "note"} className={cn("flex gap-2.5 rounded-md border px-3 py-2.5", look.box, className)}>
      <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", look.ink)} />
      <div className="min-w-0 flex-1 text-text">
        <p className="font-medium break-words">
          {title}
          {code === undefined || code === "" ? null : <code className={cn("ml-2 text-sm font-normal", look.ink)}>{code}</code>}
        </p>
        {children === undefined ? null : <div className="mt-0.5 break-words">{children}</div>}
        {hint === undefined || hint === null || hint === "" ? null : (
          <p className="mt-1 break-words">
            <span className="font-medium">What to do:</span> {hint}
          </p>
        )}
      </div>
    </div>
  );
}

export interface ShownError {
  readonly code: string;
  readonly message: string;
  readonly fields?: readonly { readonly path: string; readonly message: string; readonly remedy?: string | undefined }[];
  readonly requestId?: string;
}

/** A failed call as the management API tells it: sentence, code, refused fields, request id. */
export function ErrorCallout({ error, className }: { readonly error: ShownError; readonly className?: string }) {
  const fields = error.fields ?? [];
  return (
    <Callout title={error.message} code={error.code} {...(className === undefined ? {} : { className })}>
      {fields.length === 0 ? null : (
        <ul className="list-disc pl-4">
          {fields.map((field) => (
            <li key={`${field.path}:${field.message}`}>
              {field.path === "" ? null : (
                <>
                  <code className="text-sm">{field.path}</code>:{" "}
                </>
              )}
              {field.message}
              {field.remedy === undefined ? null : `${/[.!?]$/.test(field.message) ? " " : ". "}${field.remedy}`}
            </li>
          ))}
        </ul>
      )}
      {error.code === "internal" && error.requestId !== undefined ? (
        <p className="text-sm text-muted">
          Request <code>{error.requestId}</code>
        </p>
      ) : null}
    </Callout>
  );
}
