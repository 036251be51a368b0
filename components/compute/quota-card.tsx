"use client";
import { useState } from "react";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { Card } from "#components/ui/page";
import { Progress } from "#components/ui/progress";
import { updateQuotaAction } from "#server/actions/compute";
import type { QuotaDto } from "#server/contract/compute";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { useQuota } from "../queries/use-compute";
import { formatCores } from "../ui/format";
import { NumberDialog } from "./number-dialog";

const fullShare = 0.9;

function Use({
  name,
  used,
  limit,
  format,
}: {
  readonly name: string;
  readonly used: number;
  readonly limit: number;
  readonly format: (value: number) => string;
}) {
  const share = limit === 0 ? 1 : used / limit;
  return (
    <div className="min-w-0">
      <div className="flex items-baseline justify-between gap-2 pb-1">
        <span className="font-medium">{name}</span>
        <span className="num text-muted">
          {format(used)} of {format(limit)}
        </span>
      </div>
      <Progress label={`${name} of the quota`} value={Math.min(1, share)} tone={share >= fullShare ? "warn" : "accent"} className="h-2" />
    </div>
  );
}

function ChangeQuota({ quota, onClose }: { readonly quota: QuotaDto; readonly onClose: () => void }) {
  const change = useAction(updateQuotaAction, { invalidates: () => [queryKeys.quota()], onSuccess: onClose, success: "The quota was changed." });
  return (
    <NumberDialog
      id="core-quota"
      title="Core quota"
      description="How many cores all deployments of this workspace may ask for. A quota below today's use ends nothing; it only refuses more."
      label="Cores"
      hint={`${formatCores(quota.cores.used)} are used.`}
      start={quota.cores.limit}
      max={100_000}
      busy={change.isPending}
      error={change.error === null ? null : change.error.problem}
      onSave={(cores) => change.mutate({ cores })}
      onClose={onClose}
    />
  );
}

/** What the workspace uses of what it may have; owners change the core quota here. */
export function QuotaCard({ initial }: { readonly initial: QuotaDto }) {
  const { data: quota = initial } = useQuota(initial);
  const [changing, setChanging] = useState(false);
  const canChange = useCan("owner");
  const count = (value: number) => String(value);
  return (
    <Card className="flex flex-col gap-4">
      <div className="grid gap-4 md:grid-cols-3">
        <Use name="Cores" {...quota.cores} format={formatCores} />
        <Use name="Endpoints" {...quota.endpoints} format={count} />
        <Use name="Deployments" {...quota.deployments} format={count} />
      </div>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-sm text-faint">Cores count a fifth more instances than asked for, rounded up: room to replace a deployment while it serves.</p>
        {canChange ? <Button onClick={() => setChanging(true)}>Change core quota</Button> : null}
      </div>
      {changing ? <ChangeQuota quota={quota} onClose={() => setChanging(false)} /> : null}
    </Card>
  );
}
