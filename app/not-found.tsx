import Link from "next/link";
import { Button } from "#components/ui/button";

export default function NotFound() {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-3 px-4 text-center">
      <title>Not found · Sluice</title>
      <h1 className="text-xl font-semibold">There is nothing here</h1>
      <p className="max-w-100 text-muted">The address leads nowhere, or to something that was deleted or that you may not see.</p>
      <Button asChild variant="primary">
        <Link href="/endpoints">Go to the endpoints</Link>
      </Button>
    </main>
  );
}
