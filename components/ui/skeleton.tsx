import { cn } from "./cn";

/** A grey block of the size of what will come. */
export function Skeleton({ className }: { readonly className?: string }) {
  return <div aria-hidden data-skeleton className={cn("h-4 rounded-sm bg-active/70 animate-pulse", className)} />;
}

/** A table's skeleton with the height of the real rows. */
export function TableSkeleton({ rows = 6, label }: { readonly rows?: number; readonly label: string }) {
  return (
    <div role="status" aria-label={label} className="overflow-hidden rounded-lg border border-line bg-surface">
      <div className="h-8 border-b border-line" />
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="flex h-10.25 items-center gap-6 border-b border-line px-3 last:border-0">
          <Skeleton className="w-40" />
          <Skeleton className="w-16" />
          <Skeleton className="hidden w-32 sm:block" />
          <Skeleton className="ml-auto w-12" />
        </div>
      ))}
    </div>
  );
}
