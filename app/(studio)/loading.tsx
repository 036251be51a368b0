import { Skeleton, TableSkeleton } from "#components/ui/skeleton";

export default function Loading() {
  return (
    <div className="flex flex-col gap-4">
      <Skeleton className="h-7 w-48" />
      <Skeleton className="w-72" />
      <TableSkeleton label="Loading" />
    </div>
  );
}
