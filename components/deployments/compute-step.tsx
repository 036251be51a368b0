"use client";
import { useMoney } from "#components/shell/me";
import { Badge } from "#components/ui/badge";
import { Field } from "#components/ui/field";
import { Radio } from "#components/ui/input";
import { NumberInput } from "#components/ui/number-input";
import { Skeleton } from "#components/ui/skeleton";
import type { InstanceTypeDto } from "#server/contract/compute";
import { useInstanceTypes } from "../queries/use-compute";
import { cn } from "../ui/cn";
import { formatCores, formatMib } from "../ui/format";
import type { StepProps } from "./model-step";

function TypeRow({ type, chosen, onChoose }: { readonly type: InstanceTypeDto; readonly chosen: boolean; readonly onChoose: () => void }) {
  const money = useMoney();
  return (
    <label
      className={cn(
        "grid cursor-pointer grid-cols-[auto_1fr_auto] items-center gap-x-3 px-3 py-2 transition-colors hover:bg-hover/60 has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent",
        chosen && "bg-accent-soft hover:bg-accent-soft",
      )}
    >
      <Radio name="instance-type" checked={chosen} onChange={onChoose} />
      <span className="min-w-0">
        <span className="flex flex-wrap items-center gap-x-2">
          <span className="mono font-medium">{type.name}</span>
          {type.capped ? <Badge tone="warn">capped to {formatCores(type.effectiveCpuCores)}</Badge> : null}
        </span>
        <span className="num block text-sm text-muted">
          {formatCores(type.cpuCores)} · {formatMib(type.memoryMib)}
          {type.gpuCount > 0 ? ` · ${type.gpuCount} GPU` : ""}
        </span>
      </span>
      <span className="num text-right">
        <span className="block">
          {money(type.pricePerHour)}
          <span className="text-faint">/h</span>
        </span>
        <span className={cn("block text-sm", type.fits > 0 ? "text-ok" : "text-bad")} title={type.reason ?? undefined}>
          {type.fits > 0 ? `${type.fits} fit` : "does not fit"}
        </span>
      </span>
    </label>
  );
}

/** On which machines, and how many. */
export function ComputeStep({ draft, change, problems }: StepProps) {
  const { data } = useInstanceTypes();
  return (
    <>
      <fieldset className="min-w-0">
        <legend className="mb-1 text-sm font-medium">Instance type</legend>
        <div className="scroll-thin max-h-80 divide-y divide-line overflow-y-auto rounded-lg border border-line bg-surface">
          {data === undefined
            ? Array.from({ length: 5 }, (_, index) => (
                <div key={index} className="p-3">
                  <Skeleton className="h-8" />
                </div>
              ))
            : null}
          {data?.items.map((type) => (
            <TypeRow key={type.name} type={type} chosen={type.name === draft.instanceType} onChoose={() => change({ instanceType: type.name })} />
          ))}
        </div>
      </fieldset>
      <Field label="Instances" error={problems["instanceCount"]} hint="1 to 50" className="max-w-50">
        {(control) => <NumberInput control={control} min={1} max={50} value={draft.instanceCount} onChange={(instanceCount) => change({ instanceCount })} />}
      </Field>
    </>
  );
}
