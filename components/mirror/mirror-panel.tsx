"use client";
import { Plus, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useCan } from "#components/shell/me";
import { Button, IconButton } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Field } from "#components/ui/field";
import { Select } from "#components/ui/input";
import { NumberInput } from "#components/ui/number-input";
import { Card } from "#components/ui/page";
import { updateMirrorAction } from "#server/actions/endpoints";
import type { EndpointDto } from "#server/contract/endpoint";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { useEndpointSummary } from "../queries/use-endpoints";
import { draftOf, eligible, firstPercent, isSameMirror, mirrorSentence, sharesOf, type ShareDraft } from "./prepare/shares";

interface MirrorPanelProps {
  readonly endpoint: EndpointDto;
  /** Several shadows, any share, and shadows with live traffic. */
  readonly open: boolean;
}

const presets = [1, 5, 10, 25, 50] as const;
const percentText = new Intl.NumberFormat("en", { maximumFractionDigits: 10 });
const toleranceChoices = [0, 1e-9, 1e-6, 1e-4, 1e-3, 1e-2] as const;

interface ShareLineProps {
  readonly share: ShareDraft;
  readonly choices: EndpointDto["deployments"];
  readonly open: boolean;
  readonly onChange: (share: ShareDraft) => void;
  readonly onRemove: (() => void) | null;
}

function ShareLine({ share, choices, open, onChange, onRemove }: ShareLineProps) {
  const most = open ? 100 : 50;
  return (
    <div className="flex flex-wrap items-end gap-3">
      <Field label="Shadow" className="w-48">
        {(control) => (
          <Select {...control} value={share.name} onChange={(event) => onChange({ ...share, name: event.target.value })}>
            <option value="">none</option>
            {choices.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Percent of the calls" className="w-36">
        {(control) => (
          <NumberInput
            control={control}
            value={share.percent}
            min={0}
            max={most}
            step={open ? 0.01 : 1}
            onChange={(percent) => onChange({ ...share, percent })}
          />
        )}
      </Field>
      <div className="flex h-8 flex-wrap items-center gap-1" role="group" aria-label="Usual shares">
        {presets.map((percent) => (
          <Button key={percent} size="sm" onClick={() => onChange({ ...share, percent })}>
            {percent}
          </Button>
        ))}
      </div>
      {onRemove === null ? null : (
        <IconButton label={`Remove ${share.name === "" ? "this shadow" : share.name}`} onClick={onRemove}>
          <X />
        </IconButton>
      )}
    </div>
  );
}

/** What is copied to whom. Nothing is sent before Apply, and the sentence beside it says what it will do. */
export function MirrorPanel({ endpoint, open }: MirrorPanelProps) {
  const [draft, setDraft] = useState<readonly ShareDraft[]>(() => draftOf(endpoint));
  const [tolerance, setTolerance] = useState(endpoint.mirrorTolerance);
  const [touched, setTouched] = useState(false);
  const { data: summary } = useEndpointSummary(endpoint.name);
  const canWrite = useCan("contributor");
  useEffect(() => {
    if (touched) return;
    setDraft(draftOf(endpoint));
    setTolerance(endpoint.mirrorTolerance);
  }, [endpoint, touched]);
  const apply = useAction(updateMirrorAction, {
    invalidates: () => [queryKeys.endpoint(endpoint.name), queryKeys.endpoints()],
    onSuccess: () => setTouched(false),
    success: "The mirror was changed.",
  });
  const edit = (next: readonly ShareDraft[]) => {
    setTouched(true);
    setDraft(next);
  };
  const shares = sharesOf(draft);
  const dirty = !isSameMirror(shares, endpoint.mirrorTraffic) || tolerance !== endpoint.mirrorTolerance;
  const perMinute = summary === undefined ? null : summary.requests / Math.max(1, summary.windowMs / 60_000);
  const choices = eligible(endpoint, open);
  // A shadow that got live traffic meanwhile is shown all the same, so that it can be taken out.
  const choicesOf = ({ name }: ShareDraft) => endpoint.deployments.filter((one) => one.name === name || choices.includes(one));
  const send = (mirrorTraffic: Readonly<Record<string, number>>) =>
    apply.mutate({ endpoint: endpoint.name, generation: endpoint.generation, mirrorTraffic: { ...mirrorTraffic }, tolerance });

  return (
    <Card className="flex flex-col gap-4">
      {draft.map((share, index) => (
        <ShareLine
          key={index}
          share={share}
          choices={choicesOf(share)}
          open={open}
          onChange={(next) => edit(draft.map((one, place) => (place === index ? next : one)))}
          onRemove={draft.length === 1 ? null : () => edit(draft.filter((_, place) => place !== index))}
        />
      ))}
      <div className="flex flex-wrap items-end gap-3">
        <Field label="Numbers agree within" className="w-48" hint="of the larger one">
          {(control) => (
            <Select
              {...control}
              value={String(tolerance)}
              onChange={(event) => {
                setTouched(true);
                setTolerance(Number(event.target.value));
              }}
            >
              {[...new Set<number>([...toleranceChoices, tolerance])].map((value) => (
                <option key={value} value={String(value)}>
                  {value === 0 ? "exactly" : `${percentText.format(value * 100)} %`}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {open && draft.length < 4 ? (
          <Button onClick={() => edit([...draft, { name: "", percent: firstPercent }])}>
            <Plus /> Another shadow
          </Button>
        ) : null}
      </div>
      {choices.length === 0 ? (
        <p className="text-sm text-muted">
          Every deployment has live traffic. A shadow is one at 0 %: create a deployment, or take its share away on the Traffic page.
        </p>
      ) : null}
      {apply.error === null ? null : <ErrorCallout error={apply.error.problem} />}
      <div className="flex flex-wrap items-center justify-between gap-3 border-t border-line pt-3">
        <p className="min-w-0 text-sm text-muted" role="status">
          {dirty ? mirrorSentence(shares, perMinute) : Object.keys(shares).length === 0 ? "No call is copied." : mirrorSentence(shares, perMinute)}
        </p>
        <div className="flex items-center gap-2">
          {Object.keys(endpoint.mirrorTraffic).length === 0 ? null : (
            <Button disabled={!canWrite} busy={apply.isPending} onClick={() => send({})}>
              Stop mirroring
            </Button>
          )}
          <Button variant="primary" disabled={!canWrite || !dirty} busy={apply.isPending} onClick={() => send(shares)}>
            Apply
          </Button>
        </div>
      </div>
      {canWrite ? null : <p className="text-sm text-muted">Your role, reader, sees the mirror; a contributor changes it.</p>}
    </Card>
  );
}
