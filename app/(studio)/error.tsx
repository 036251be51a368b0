"use client";
import { RotateCcw } from "lucide-react";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";

/** A page that failed: the frame around it stays. Next hides the message of server errors and gives a digest that is in the log. */
export default function StudioError({ error, reset }: { readonly error: Error & { readonly digest?: string }; readonly reset: () => void }) {
  return (
    <div className="flex flex-col items-start gap-3">
      <h1 className="text-xl font-semibold">This page could not be shown</h1>
      <Callout
        title="The studio failed while it put the page together."
        hint="Try again. When it stays, look for this code in the studio's log and run `npm run doctor`."
        code={error.digest}
      />
      <Button onClick={reset}>
        <RotateCcw aria-hidden />
        Try again
      </Button>
    </div>
  );
}
