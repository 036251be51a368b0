"use client";
import { useMoney } from "#components/shell/me";
import { PairsEditor } from "#components/ui/pairs-editor";
import { Badge } from "#components/ui/badge";
import { Field } from "#components/ui/field";
import { Input, Radio } from "#components/ui/input";
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

function numberOr(text: string, fallback: number): number {
  const value = Number(text);
  return text.trim() === "" || !Number.isFinite(value) ? fallback : value;
}

/** On which machines, how many, and how requests are held. */
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
      <div className="grid gap-4 sm:grid-cols-3">
        <Field label="Instances" error={problems["instanceCount"]} hint="1 to 50">
          {(control) => (
            <Input
              {...control}
              type="number"
              min={1}
              max={50}
              value={draft.instanceCount}
              onChange={(event) => change({ instanceCount: numberOr(event.target.value, 0) })}
              className="num"
            />
          )}
        </Field>
        <Field label="Requests at once, each" error={problems["requestSettings.maxConcurrentRequestsPerInstance"]} hint="More are queued, then 429">
          {(control) => (
            <Input
              {...control}
              type="number"
              min={1}
              max={1000}
              value={draft.maxConcurrentRequestsPerInstance}
              onChange={(event) => change({ maxConcurrentRequestsPerInstance: numberOr(event.target.value, 0) })}
              className="num"
            />
          )}
        </Field>
        <Field label="Request timeout, ms" error={problems["requestSettings.requestTimeoutMs"]} hint="At most 180,000">
          {(control) => (
            <Input
              {...control}
              type="number"
              min={1}
              max={180000}
              step={500}
              value={draft.requestTimeoutMs}
              onChange={(event) => change({ requestTimeoutMs: numberOr(event.target.value, 0) })}
              className="num"
            />
          )}
        </Field>
      </div>
      <PairsEditor
        legend="Environment variables"
        addLabel="Add a variable"
        pairs={draft.environmentVariables}
        onChange={(environmentVariables) => change({ environmentVariables })}
        namePlaceholder="NAME"
      />
      {Object.entries(problems)
        .filter(([path]) => path.startsWith("environmentVariables"))
        .map(([path, message]) => (
          <p key={path} className="text-sm text-bad">
            {message}
          </p>
        ))}
    </>
  );
}
