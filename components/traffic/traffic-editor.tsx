"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useReducer, useState } from "react";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { Callout, ErrorCallout } from "#components/ui/callout";
import { EmptyState } from "#components/ui/empty-state";
import { Card, Section } from "#components/ui/page";
import { updateTrafficAction } from "#server/actions/endpoints";
import type { Page } from "#server/contract/common";
import type { EndpointDto, TrafficChangeDto } from "#server/contract/endpoint";
import { percentOfTenths, sumOfPercents, tenthsOf, type TrafficStep } from "#server/domain/traffic/tenths";
import { receiptSentence } from "../endpoints/receipt";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { useEndpoint, useEndpointSummary } from "../queries/use-endpoints";
import { useTrafficChanges } from "../queries/use-traffic";
import { plural } from "../ui/format";
import { ConflictNotice } from "./conflict-notice";
import type { OfferedSplit } from "./prepare/offer";
import { editTraffic, hasConflict, isDirty, missingDeployment, openEditor, splitOf, type Split } from "./prepare/editor";
import { changeSentence, refusalsOf, splitText, tooFine } from "./prepare/review";
import { Presets } from "./presets";
import { ShareRows } from "./share-rows";
import { SplitBar } from "./split-bar";
import { TrafficBar } from "./traffic-bar";
import { TrafficHistory } from "./traffic-history";

interface TrafficEditorProps {
  readonly initial: EndpointDto;
  readonly initialChanges: Page<TrafficChangeDto>;
  readonly offer: OfferedSplit | null;
  /** Steps of a share in percent that the installation allows. */
  readonly step: TrafficStep;
}

const stepRemedy = "Give whole percents. An operator can allow tenths: SLUICE_TRAFFIC_STEP=0.1.";

/** Measured shares are told as finely as they are wished. */
const observedPercent = (percent: number, step: TrafficStep): number => (step === 1 ? Math.round(percent) : percentOfTenths(tenthsOf(percent)));

/** The endpoint as it will be when the wish is accepted: shown at once, taken back when it is refused. */
const withSplit = (endpoint: EndpointDto, traffic: Split): EndpointDto => ({
  ...endpoint,
  traffic: { ...traffic },
  deployments: endpoint.deployments.map((deployment) => ({ ...deployment, percent: traffic[deployment.name] ?? 0 })),
});

/** Why the split before the last one cannot come back: a deployment of it is gone or cannot answer, or it has tenths that are allowed no more. Null when it can. */
function undoRefusal(before: Split, endpoint: EndpointDto, step: TrafficStep): string | null {
  const fine = tooFine(before, step);
  if (fine !== null) return `${fine} is no whole percent.`;
  const missing = missingDeployment(before, endpoint);
  if (missing !== null) return `${missing} is gone.`;
  const [refusal] = refusalsOf(endpoint.traffic, before, endpoint.deployments);
  return refusal === undefined ? null : `${refusal.deployment}: ${refusal.reason}`;
}

/** The editor of a split: nothing is sent before Apply, the sum is always 100 (or 0), and what the gateways say comes back as a receipt. */
export function TrafficEditor({ initial, initialChanges, offer, step }: TrafficEditorProps) {
  const { data: endpoint = initial } = useEndpoint(initial.name, initial);
  const { data: summary } = useEndpointSummary(initial.name);
  const { data: changes = initialChanges } = useTrafficChanges(initial.name, initialChanges);
  const [state, dispatch] = useReducer(editTraffic, endpoint, (source) => openEditor(source, offer));
  const [reviewing, setReviewing] = useState(false);
  const canWrite = useCan("contributor");
  const client = useQueryClient();
  useEffect(() => dispatch({ type: "source", source: endpoint }), [endpoint]);
  const receipt = changes.items[0]?.receipt.state;
  useEffect(() => {
    // The changes are asked for more often than the endpoint; its header must not say the opposite until its turn comes.
    if (receipt !== "pending") void client.invalidateQueries({ queryKey: queryKeys.endpoint(initial.name), exact: true });
  }, [receipt, client, initial.name]);
  const apply = useAction(updateTrafficAction, {
    invalidates: () => [queryKeys.endpoint(initial.name), queryKeys.traffic(initial.name), queryKeys.endpoints()],
    onSuccess: (data) => {
      setReviewing(false);
      dispatch({ type: "discard", source: data });
    },
  });

  if (endpoint.deployments.length === 0)
    return (
      <EmptyState
        title="There is nothing to split yet"
        sentence="Traffic goes to deployments; create one first."
        action={
          <Button asChild variant="primary">
            <a href={`/endpoints/${endpoint.name}/deployments/new`}>New deployment</a>
          </Button>
        }
      />
    );

  const split = splitOf(state.shares);
  const colors = Object.fromEntries(endpoint.deployments.map((deployment) => [deployment.name, deployment.color]));
  const conflict = hasConflict(state, endpoint);
  const dirty = isDirty(state);
  const refusals = refusalsOf(state.base, split, endpoint.deployments);
  const total = sumOfPercents(Object.values(split));
  const fine = dirty ? tooFine(split, step) : null;
  const perMinute = summary === undefined ? null : summary.requests / Math.max(1, summary.windowMs / 60_000);
  const last = changes.items[0];
  const undoRefused = last === undefined ? null : undoRefusal(last.before, endpoint, step);
  const candidate = state.shares.length - 1;
  const send = (traffic: Split, generation: number) => {
    const key = queryKeys.endpoint(initial.name);
    void client.cancelQueries({ queryKey: key, exact: true });
    client.setQueryData(key, withSplit(endpoint, traffic));
    apply.mutate({ endpoint: endpoint.name, generation, traffic: { ...traffic } }, { onError: () => client.setQueryData(key, endpoint) });
  };

  return (
    <div className="flex flex-col gap-6">
      <Section title="Split">
        <Card className="flex flex-col gap-4">
          <div className="grid grid-cols-[72px_minmax(0,1fr)] items-center gap-x-3 gap-y-3">
            <span className="text-sm text-muted">wished</span>
            <SplitBar
              shares={state.shares}
              colors={colors}
              step={step}
              onMove={(divider, delta, from, moved) => dispatch({ type: "divider", divider, delta, from, step: moved })}
            />
            <span className="text-sm text-muted">observed</span>
            <div className="flex min-w-0 flex-col gap-1">
              <TrafficBar
                size="md"
                wished={endpoint.deployments.map(({ name, color }) => ({ name, color, percent: observedPercent(summary?.observed.share[name] ?? 0, step) }))}
              />
              <span className="text-sm text-faint">
                {summary === undefined || summary.observed.requests === 0
                  ? "no request in the last 5 min"
                  : `last 5 min, ${plural(summary.observed.requests, "request")}`}
              </span>
            </div>
          </div>
          <ShareRows
            shares={state.shares}
            deployments={endpoint.deployments}
            summary={summary}
            step={step}
            onShare={(index, percent, moved) => dispatch({ type: "share", index, percent, step: moved })}
            onLock={(index) => dispatch({ type: "lock", index })}
          />
          <div className="flex flex-wrap items-center justify-between gap-3 border-t border-line pt-3">
            <div className="flex flex-wrap items-center gap-3">
              {state.shares.length > 1 ? (
                <Presets
                  name={state.shares[candidate]?.name ?? ""}
                  step={step}
                  onPick={(percent) => dispatch({ type: "share", index: candidate, percent, step })}
                />
              ) : null}
              <Button size="sm" variant="ghost" onClick={() => dispatch({ type: "off" })}>
                All off
              </Button>
            </div>
            <div className="flex items-center gap-2">
              <span className="text-sm text-muted tabular-nums">sum {total} %</span>
              <Button
                disabled={!dirty}
                onClick={() => {
                  dispatch({ type: "discard", source: endpoint });
                  setReviewing(false);
                  apply.reset();
                }}
              >
                Discard
              </Button>
              <Button
                variant="primary"
                disabled={!canWrite || !dirty || conflict || fine !== null || refusals.length > 0 || (total !== 0 && total !== 100)}
                onClick={() => setReviewing(true)}
              >
                Review and apply
              </Button>
            </div>
          </div>
          {canWrite ? null : <p className="text-sm text-muted">Your role, reader, sees the split; a contributor changes it.</p>}
          {refusals.map((refusal) => (
            <Callout
              key={refusal.deployment}
              tone="warn"
              title={`${refusal.deployment} cannot take traffic`}
              hint="Wait until it is ready, or give the share to another deployment."
            >
              {refusal.reason}
            </Callout>
          ))}
          {fine === null ? null : (
            <Callout tone="warn" title={`${fine} is no whole percent`} hint={stepRemedy}>
              The split in force may keep its tenths, a changed one may not have any.
            </Callout>
          )}
          {conflict ? (
            <ConflictNotice
              mine={split}
              theirs={endpoint.traffic}
              onKeepMine={() => dispatch({ type: "rebase", source: endpoint })}
              onTakeTheirs={() => dispatch({ type: "discard", source: endpoint })}
            />
          ) : null}
          {apply.error === null ? null : <ErrorCallout error={apply.error.problem} />}
          {reviewing && dirty && !conflict ? (
            <Callout tone="info" title={changeSentence(state.base, split, perMinute)}>
              <div className="mt-2 flex gap-2">
                <Button variant="primary" busy={apply.isPending} onClick={() => send(split, state.generation)}>
                  Apply
                </Button>
                <Button onClick={() => setReviewing(false)}>Back</Button>
              </div>
            </Callout>
          ) : null}
          {last === undefined ? null : (
            <p role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
              <span>
                {receiptSentence(last.receipt)} · by {last.actor.name}
              </span>
              <Button
                size="sm"
                disabled={!canWrite || apply.isPending || dirty || undoRefused !== null}
                {...(undoRefused === null ? {} : { title: undoRefused })}
                onClick={() => send(last.before, endpoint.generation)}
              >
                Undo: back to {splitText(last.before)}
              </Button>
            </p>
          )}
        </Card>
      </Section>
      <Section title="History">
        <TrafficHistory changes={changes.items} source={endpoint} onRestore={(load) => dispatch({ type: "load", split: load })} />
      </Section>
    </div>
  );
}
