import Link from "next/link";
import { Button } from "#components/ui/button";
import { EmptyState } from "#components/ui/empty-state";

export default function StudioNotFound() {
  return (
    <>
      <title>Not found · Sluice</title>
      <EmptyState
        level={1}
        title="There is nothing here"
        sentence="The address leads nowhere, or to something that was deleted or that you may not see."
        action={
          <Button asChild variant="primary">
            <Link href="/endpoints">Go to the endpoints</Link>
          </Button>
        }
      />
    </>
  );
}
