import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";

/** A page's head: title, one line about it, actions on the right. */
export function PageHeader({ title, description, actions }: { readonly title: ReactNode; readonly description?: ReactNode; readonly actions?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 pb-4">
      <div className="min-w-0">
        <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
        {description === undefined ? null : <p className="text-muted">{description}</p>}
      </div>
      {actions === undefined ? null : <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </div>
  );
}

/** A titled part of a page. */
export function Section({
  title,
  actions,
  children,
  className,
}: {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  return (
    <section className={cn("flex min-w-0 flex-col gap-2", className)}>
      <div className="flex min-h-7 flex-wrap items-center justify-between gap-2">
        <h2 className="text-md font-semibold">{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}

/** A bordered ground for a group of things. */
export function Card({ className, ...rest }: ComponentProps<"div">) {
  return <div className={cn("rounded-lg border border-line bg-surface p-4", className)} {...rest} />;
}

/** Names and values in two columns. */
export function Facts({ facts, className }: { readonly facts: readonly { readonly name: string; readonly value: ReactNode }[]; readonly className?: string }) {
  return (
    <dl className={cn("grid grid-cols-[minmax(88px,auto)_1fr] items-baseline gap-x-4 gap-y-1.5", className)}>
      {facts.map((fact) => (
        <div key={fact.name} className="contents">
          <dt className="text-muted">{fact.name}</dt>
          <dd className="min-w-0 break-words">{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
