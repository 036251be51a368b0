"use client";
import { RefreshCw } from "lucide-react";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Time } from "#components/ui/time";
import { requestBaseRefreshAction } from "#server/actions/environments";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { useBaseRefreshes } from "../queries/use-assets";

const bases: Readonly<Record<string, string>> = { platform: "the Python base", "platform-inference": "the inference image" };

/** When the platform's base images were last brought up to date, and the way to have it done now. */
export function BaseRefreshPanel() {
  const canWrite = useCan("contributor");
  const { data } = useBaseRefreshes();
  const refresh = useAction(requestBaseRefreshAction, {
    invalidates: () => [queryKeys.baseRefreshes(), queryKeys.environments()],
    success: "The base images are being refreshed",
    toastError: true,
  });
  if (data === undefined) return null;
  const [newest] = data.items;
  const good = data.items.find(({ state }) => state === "Succeeded");
  const running = newest?.state === "Queued" || newest?.state === "Building";
  const found = good?.changed.map((name) => bases[name] ?? name).join(" and ") ?? "";
  return (
    <div className="mb-4 flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-muted">
          {good?.finishedAt == null ? (
            "The base images are as they came with the product."
          ) : (
            <>
              Base images refreshed <Time at={good.finishedAt} />; {found === "" ? "nothing was new." : `new packages in ${found}.`}
            </>
          )}
        </p>
        {canWrite ? (
          <Button size="sm" busy={refresh.isPending || running} onClick={() => refresh.mutate({})}>
            <RefreshCw aria-hidden />
            {running ? "Refreshing base images" : "Refresh base images"}
          </Button>
        ) : null}
      </div>
      {newest?.state === "Failed" ? (
        <Callout tone="warn" title={`The last refresh failed: ${newest.message ?? ""}`} code={newest.reason ?? undefined} hint={newest.hint} />
      ) : null}
    </div>
  );
}
