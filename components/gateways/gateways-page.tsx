"use client";
import { StateBadge } from "#components/ui/badge";
import { Callout } from "#components/ui/callout";
import { Card, Facts, PageHeader } from "#components/ui/page";
import { Time } from "#components/ui/time";
import type { Page } from "#server/contract/common";
import type { GatewayDto } from "#server/contract/compute";
import { useGateways } from "../queries/use-compute";
import { formatCount, formatMs, plural } from "../ui/format";
import { Acknowledgements } from "./acknowledgements";

const words: Readonly<Record<GatewayDto["state"], { readonly state: string; readonly word: string }>> = {
  connected: { state: "Ready", word: "Connected" },
  behind: { state: "Updating", word: "Catching up" },
  refused: { state: "Failed", word: "Refused" },
  stale: { state: "Unreachable", word: "Cut off" },
};

function Trouble({ gateway }: { readonly gateway: GatewayDto }) {
  return (
    <>
      {gateway.state !== "stale" ? null : (
        <Callout
          tone="warn"
          title={gateway.lastSeenAt === null ? "It has not been heard of yet." : "It is not heard of: what it runs may be old."}
          hint="It goes on serving the last revision that it took; keys that were revoked since are good there until it is back. Check the host and `npm run status` on it."
        >
          {gateway.lastSeenAt === null ? undefined : (
            <>
              Last heard of <Time at={gateway.lastSeenAt} />.
            </>
          )}
        </Callout>
      )}
      {gateway.refusedReason === null ? null : (
        <Callout
          title={`Revision ${String(gateway.refusedRevision)} was refused.`}
          hint="It runs the revision before. Undo the change that made this one, or bring the gateway to the release of the control plane."
        >
          {gateway.refusedReason}
        </Callout>
      )}
    </>
  );
}

function GatewayCard({ gateway }: { readonly gateway: GatewayDto }) {
  const behind = gateway.newestRevision - gateway.appliedRevision;
  return (
    <Card className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="text-md font-semibold">{gateway.name}</h2>
        <StateBadge {...words[gateway.state]} />
        <span className="text-muted">
          {gateway.lastSeenAt === null ? null : (
            <>
              seen <Time at={gateway.lastSeenAt} />
            </>
          )}
        </span>
      </div>
      <Trouble gateway={gateway} />
      <div className="grid gap-x-8 gap-y-2 md:grid-cols-2">
        <Facts
          facts={[
            { name: "Address", value: <code className="text-sm">{gateway.address === "" ? "not told yet" : gateway.address}</code> },
            { name: "Proxy", value: gateway.proxyVersion === "" ? "not running yet" : gateway.proxyVersion },
            { name: "Revision", value: `${String(gateway.appliedRevision)}${behind > 0 ? `, ${plural(behind, "revision")} behind` : ", the newest"}` },
            {
              name: "Time to apply",
              value: gateway.lag === null ? "–" : `${formatMs(gateway.lag.p50Ms)} in the middle, ${formatMs(gateway.lag.p99Ms)} at p99`,
            },
          ]}
        />
        <Facts
          facts={[
            { name: "At models", value: plural(gateway.inFlight, "request") },
            { name: "Waiting", value: plural(gateway.queued, "request") },
            {
              name: "Log lines lost",
              value: (
                <span
                  className={gateway.shedLogLines > 0 ? "text-warn" : undefined}
                  title="Requests that were served and are missing in charts and lists, since the gateway started"
                >
                  {formatCount(gateway.shedLogLines)}
                </span>
              ),
            },
          ]}
        />
      </div>
      <Acknowledgements gateway={gateway} />
    </Card>
  );
}

/** Who stands in front of the models: what each gateway runs, whether it follows, and what it carries. */
export function GatewaysPage({ initial }: { readonly initial: Page<GatewayDto> }) {
  const { data = initial } = useGateways(initial);
  const cutOff = data.items.filter(({ state }) => state === "stale").length;
  return (
    <>
      <PageHeader title="Gateways" description={`${plural(data.items.length, "gateway")}${cutOff === 0 ? "" : `, ${String(cutOff)} cut off`}.`} />
      <div className="flex flex-col gap-4">
        {data.items.map((gateway) => (
          <GatewayCard key={gateway.id} gateway={gateway} />
        ))}
        {data.items.length === 0 ? (
          <Callout tone="warn" title="No gateway has reported" hint="Run `npm run status` on the host: the gateway container may not be up." />
        ) : null}
      </div>
    </>
  );
}
