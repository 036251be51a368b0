"use client";
import Link from "next/link";
import { useState } from "react";
import { DeploymentDoctor } from "#components/doctor/deployment-doctor";
import { InstancesTable } from "#components/instances/instances-table";
import { useCan, useMoney } from "#components/shell/me";
import { Badge, DeployDot, StateBadge } from "#components/ui/badge";
import { Callout } from "#components/ui/callout";
import { Card, Facts, Section } from "#components/ui/page";
import { Choice } from "#components/ui/choice";
import type { DeploymentDto } from "#server/contract/deployment";
import { fileAddress } from "../files/file-address";
import { readShare } from "../traffic/prepare/offer";
import { useDeployment } from "../queries/use-deployments";
import { formatCount, formatMs, formatPercent } from "../ui/format";
import { Conditions } from "./conditions";
import { DeploymentActions } from "./deployment-actions";
import { DownloadProject } from "./download-project";
import { LogTail } from "./log-tail";
import { NewerImage } from "./newer-image";
import { OfferedShare } from "./offered-share";
import { Revisions } from "./revisions";
import { StepTimeline } from "./step-timeline";

type LogName = "image-build" | "storage-initializer" | "inference-server";
const logTitles: Record<LogName, string> = {
  "image-build": "Image build",
  "storage-initializer": "Storage initializer",
  "inference-server": "Inference server",
};

/** The log that belongs to what is happening: of the step under way or failed, else of the model itself. */
function currentLog(deployment: DeploymentDto): LogName {
  const step = deployment.steps.find((item) => item.state === "running" || item.state === "failed");
  return step?.log ?? "inference-server";
}

function LiveLog({ deployment }: { readonly deployment: DeploymentDto }) {
  const [chosen, setChosen] = useState<LogName | null>(null);
  const log = chosen ?? currentLog(deployment);
  const unready = deployment.instances.some((instance) => !instance.ready);
  const live = unready || deployment.steps.some((step) => step.state === "running");
  const options = (["image-build", "storage-initializer", "inference-server"] as const).filter((name) => name !== "image-build" || deployment.buildId !== null);
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <Choice legend="Log" hideLegend value={log} onChange={setChosen} options={options.map((value) => ({ value, text: logTitles[value] }))} />
      {log === "image-build" && deployment.buildId !== null ? (
        <LogTail key="build" label="Log of the image build" path={`/builds/${encodeURIComponent(deployment.buildId)}/log`} live={live} height={320} />
      ) : (
        <LogTail
          key={log}
          label={`Log: ${logTitles[log]}`}
          path={`/endpoints/${encodeURIComponent(deployment.endpoint)}/logs`}
          params={{ deployment: deployment.name, container: log }}
          live={live}
          height={320}
        />
      )}
    </div>
  );
}

function Header({ deployment }: { readonly deployment: DeploymentDto }) {
  const money = useMoney();
  const canWrite = useCan("contributor");
  const ready = deployment.instances.filter((instance) => instance.ready).length;
  const behind = deployment.observedGeneration < deployment.generation && deployment.provisioningState === "Succeeded";
  const state = behind ? "Updating" : deployment.provisioningState === "Succeeded" && ready === 0 ? "Not ready" : deployment.provisioningState;
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="flex min-w-0 items-center gap-2 text-lg font-semibold">
          <DeployDot color={deployment.color} />
          {deployment.name}
        </h2>
        <StateBadge state={state} />
        <Link href={`/endpoints/${deployment.endpoint}/traffic`} title="Edit the split" className="hover:underline">
          <Badge>{formatPercent(deployment.percent)} of the traffic</Badge>
        </Link>
        <span className="num text-muted">
          {ready}/{deployment.instanceCount} ready · {money(deployment.pricePerHour)} per hour
        </span>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <DownloadProject deployment={deployment} />
        {canWrite ? <DeploymentActions deployment={deployment} /> : null}
      </div>
    </div>
  );
}

const digestChars = 12;

function imageText(image: DeploymentDto["image"]) {
  if (image?.digest == null) return "not known yet";
  const digest = image.digest.replace(/^sha256:/, "").slice(0, digestChars);
  return (
    <>
      {image.revision} <code className="text-sm text-muted">{digest}</code>
    </>
  );
}

function ScriptLink({ deployment: { code, scoringScript } }: { readonly deployment: DeploymentDto }) {
  if (code === null || scoringScript === null) return "–";
  return (
    <Link href={fileAddress(code.id, scoringScript)} className="text-accent hover:underline">
      <code className="text-sm">{scoringScript}</code>
    </Link>
  );
}

function SpecFacts({ deployment }: { readonly deployment: DeploymentDto }) {
  const version = (asset: { readonly name: string; readonly version: number; readonly anonymous?: boolean } | null) =>
    asset === null ? (
      "none"
    ) : (
      <>
        <code className="text-sm">
          {asset.name}:{asset.version}
        </code>
        {asset.anonymous === true ? <span className="text-sm text-faint"> made for this deployment</span> : null}
      </>
    );
  return (
    <Card>
      <Facts
        facts={[
          { name: "Model", value: deployment.model === null ? "in the image" : version(deployment.model) },
          { name: "Code", value: version(deployment.code) },
          { name: "Script", value: <ScriptLink deployment={deployment} /> },
          { name: "Environment", value: version(deployment.environment) },
          { name: "Image", value: imageText(deployment.image) },
          { name: "Instance type", value: <code className="text-sm">{deployment.instanceType}</code> },
          {
            name: "Requests at once",
            value: `${formatCount(deployment.requestSettings.maxConcurrentRequestsPerInstance)} per instance, ${formatMs(deployment.requestSettings.maxQueueWaitMs)} in the queue`,
          },
          { name: "Timeout", value: formatMs(deployment.requestSettings.requestTimeoutMs) },
          { name: "Connections", value: deployment.requestSettings.keepAlive ? "kept to instances" : "a new one for every call" },
          {
            name: "New instances",
            value:
              deployment.requestSettings.slowStartSeconds === 0
                ? "full load at once"
                : `full load after ${formatCount(deployment.requestSettings.slowStartSeconds)} s`,
          },
          { name: "App Insights", value: deployment.appInsightsEnabled ? "on (kept; nothing is sent yet)" : "off" },
          { name: "Resource", value: <code className="text-sm break-all text-muted">{deployment.resourceId}</code> },
        ]}
      />
    </Card>
  );
}

/** Everything about one deployment: how far it is, what holds, what runs, what was asked. */
export function DeploymentPage({ initial, offered }: { readonly initial: DeploymentDto; readonly offered: string }) {
  const { data: deployment = initial, error } = useDeployment(initial.endpoint, initial.name, initial);
  const failed = deployment.steps.find((step) => step.state === "failed");
  return (
    <div className="flex flex-col gap-6">
      <Header deployment={deployment} />
      {error === null ? null : (
        <Callout tone="warn" title="This page could not be refreshed; what it shows may be old.">
          {error.message}
        </Callout>
      )}
      {failed === undefined ? null : (
        <Callout
          title={`${failed.title}: ${failed.detail}`}
          hint={failed.hint}
          code={deployment.conditions.find((condition) => condition.status === "False" && condition.type !== "Ready")?.reason}
        />
      )}
      <OfferedShare deployment={deployment} percent={readShare(offered)} />
      <NewerImage deployment={deployment} />
      <div className="grid gap-4 xl:grid-cols-[minmax(320px,5fr)_7fr]">
        <Section title="Progress">
          <StepTimeline steps={deployment.steps} />
        </Section>
        <Section title="Log">
          <LiveLog deployment={deployment} />
        </Section>
      </div>
      <Section title="Instances">
        <InstancesTable instances={deployment.instances} endpoint={deployment.endpoint} deployment={deployment.name} />
      </Section>
      <DeploymentDoctor deployment={deployment} />
      <Section title="Conditions">
        <Conditions conditions={deployment.conditions} />
      </Section>
      <div className="grid gap-4 xl:grid-cols-[minmax(320px,5fr)_7fr]">
        <Section title="Wish">
          <SpecFacts deployment={deployment} />
        </Section>
        <Section title="Specification and revisions">
          <Revisions endpoint={deployment.endpoint} deployment={deployment.name} generation={deployment.generation} />
        </Section>
      </div>
    </div>
  );
}
