"use client";
import { CircleAlert, CircleCheck } from "lucide-react";
import type { ReactNode } from "react";
import { useMoney } from "#components/shell/me";
import { Card, Facts } from "#components/ui/page";
import type { EnvironmentVersionDto } from "#server/contract/asset";
import { Progress } from "#components/ui/progress";
import { Skeleton } from "#components/ui/skeleton";
import type { InstanceTypeDto } from "#server/contract/compute";
import type { DeploymentDto } from "#server/contract/deployment";
import { sourceOf } from "#server/domain/environment/types";
import { reservedCores } from "#server/domain/quota/limits";
import { useInstanceTypes, useQuota } from "../queries/use-compute";
import { formatCores, plural } from "../ui/format";
import { isGenerated, type AssetChoice, type DeploymentDraft } from "./draft";

// 730 hours: the month that cloud price lists count with.
const hoursPerMonth = 730;

function assetText(choice: AssetChoice): ReactNode {
  if (choice.source === "none") return "in the image";
  if (choice.source === "registered") return choice.ref ?? "–";
  return choice.uploaded === null ? (
    "–"
  ) : (
    <>
      {choice.name} <span className="text-faint">(new version)</span>
    </>
  );
}

function Placement({ type, count, running }: { readonly type: InstanceTypeDto | undefined; readonly count: number; readonly running: number }) {
  if (type === undefined) return <p className="text-muted">Choose an instance type to see whether it fits.</p>;
  const wanted = Math.max(0, count - running);
  const fits = type.fits >= wanted;
  const Icon = fits ? CircleCheck : CircleAlert;
  return (
    <p className="flex gap-1.5">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${fits ? "text-ok" : "text-bad"}`} />
      <span>
        {fits
          ? `Fits: there is room for ${type.fits} more of this type.`
          : `Room for ${type.fits} more, ${wanted} wanted. ${type.reason ?? "Make room or choose a smaller type."}`}
      </span>
    </p>
  );
}

const cores = (value: number): string => formatCores(Math.round(value * 100) / 100);

/** Cores of the quota that would be asked for, beside what is asked for now. An update gives back what the deployment had. */
function Quota({
  draft,
  type,
  existing,
}: {
  readonly draft: DeploymentDraft;
  readonly type: InstanceTypeDto | undefined;
  readonly existing: DeploymentDto | null;
}) {
  const quota = useQuota().data?.cores;
  const types = useInstanceTypes().data?.items ?? [];
  if (quota === undefined) return <Skeleton className="h-10" />;
  const had = types.find((item) => item.name === existing?.instanceType)?.cpuCores ?? 0;
  const now = quota.used;
  const others = now - (existing === null ? 0 : reservedCores([{ cpuCores: had, instanceCount: existing.instanceCount }]));
  const after =
    type === undefined || !Number.isInteger(draft.instanceCount)
      ? null
      : others + reservedCores([{ cpuCores: type.cpuCores, instanceCount: draft.instanceCount }]);
  const over = after !== null && after > quota.limit + 1e-9;
  return (
    <>
      <Progress value={Math.min(1, (after ?? now) / quota.limit)} label="Cores of the quota" tone={over ? "bad" : "accent"} />
      <p className={over ? "num pt-1.5 text-bad" : "num pt-1.5"}>
        {cores(now)} now{after === null ? "" : `, ${cores(after)} with this`} of {cores(quota.limit)}
      </p>
      <p className="text-sm text-faint">{over ? "More than the quota has: fewer or smaller instances." : "A fifth more than runs is kept for updates."}</p>
    </>
  );
}

/** What runs the model, where it is made from the model itself. */
const generatedCode = ({ generated }: DeploymentDraft): string => (generated.files === null ? "made from the model" : "made from the model, then edited");

function buildText(draft: DeploymentDraft, environment: EnvironmentVersionDto | undefined): string {
  if (isGenerated(draft)) return "An image with the packages of the generated files, or one from the cache when the same was built before.";
  if (draft.environment.source === "container")
    return draft.container.from === "image" ? "Nothing: the image is used as it is." : "An image is built from the Dockerfile.";
  if (draft.environment.source !== "registered") return "An image is built from the dependency file, or taken from the cache when the same was built before.";
  if (environment === undefined) return "–";
  if (environment.build?.state === "Succeeded") return "Nothing: the image is ready.";
  if (sourceOf(environment) === "image") return "Nothing: the image is used as it is.";
  return "The environment's image, with this deployment.";
}

function codeFacts(draft: DeploymentDraft): { readonly name: string; readonly value: ReactNode }[] {
  if (isGenerated(draft)) return [{ name: "Code", value: generatedCode(draft) }];
  if (draft.code.source === "none") return [{ name: "Code", value: "none" }];
  return [
    { name: "Code", value: assetText(draft.code) },
    { name: "Script", value: draft.scoringScript === "" ? "–" : <code className="text-sm">{draft.scoringScript}</code> },
  ];
}

/** What the draft would cost and make, while it is being filled in. */
export function DeploymentSummary({
  draft,
  type,
  environment,
  existing,
  running,
}: {
  readonly draft: DeploymentDraft;
  readonly type: InstanceTypeDto | undefined;
  readonly environment: EnvironmentVersionDto | undefined;
  /** The deployment that would be changed; null for a new one. */
  readonly existing: DeploymentDto | null;
  readonly running: number;
}) {
  const money = useMoney();
  const hourly = type === undefined ? null : type.pricePerHour * draft.instanceCount;
  return (
    <>
      <Card>
        <h3 className="text-sm text-muted">Cost while it runs</h3>
        <p className="num text-xl font-semibold tracking-tight">
          {money(hourly)}
          <span className="text-base font-normal text-faint"> per hour</span>
        </p>
        <p className="num text-sm text-faint">
          {hourly === null ? "Depends on the instance type." : `about ${money(hourly * hoursPerMonth)} a month, ${plural(draft.instanceCount, "instance")}`}
        </p>
      </Card>
      <Card>
        <h3 className="pb-1.5 font-semibold">Placement</h3>
        <Placement type={type} count={draft.instanceCount} running={running} />
      </Card>
      <Card>
        <h3 className="pb-1.5 font-semibold">Quota</h3>
        <Quota draft={draft} type={type} existing={existing} />
      </Card>
      <Card>
        <h3 className="pb-1.5 font-semibold">What will be made</h3>
        <Facts
          facts={[
            { name: "Deployment", value: draft.name === "" ? "–" : draft.name },
            { name: "Model", value: assetText(draft.model) },
            ...codeFacts(draft),
            { name: "Built", value: buildText(draft, environment) },
            { name: "Traffic", value: existing === null ? `0 %${draft.share > 0 ? `, then ${draft.share} % is offered` : " at first"}` : "stays as it is" },
          ]}
        />
      </Card>
    </>
  );
}
