"use client";
import { Ban, RotateCcw } from "lucide-react";
import type { ReactNode } from "react";
import { LogTail } from "#components/deployments/log-tail";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { Card, Facts, Section } from "#components/ui/page";
import { Time } from "#components/ui/time";
import { cancelBuildAction, retryBuildAction } from "#server/actions/environments";
import type { EnvironmentVersionDto, ImageBuildDto } from "#server/contract/asset";
import { queryKeys } from "../queries/keys";
import { isMovingState } from "../queries/polling";
import { useAction } from "../queries/use-action";
import { formatBytes, formatDuration, plural } from "../ui/format";
import { BuildSteps } from "./build-steps";
import { SbomLink } from "./sbom-link";

const touched = { invalidates: () => [queryKeys.environments()], toastError: true };

function Retry({ build }: { readonly build: ImageBuildDto }) {
  const retry = useAction(retryBuildAction, { ...touched, success: "The build is queued again" });
  return (
    <Button size="sm" busy={retry.isPending} onClick={() => retry.mutate({ buildId: build.id })}>
      <RotateCcw aria-hidden />
      Build again
    </Button>
  );
}

function Cancel({ build }: { readonly build: ImageBuildDto }) {
  const cancel = useAction(cancelBuildAction, { ...touched, success: "The build is being cancelled" });
  return (
    <Button size="sm" busy={cancel.isPending || build.cancelling} onClick={() => cancel.mutate({ buildId: build.id })}>
      <Ban aria-hidden />
      {build.cancelling ? "Cancelling" : "Cancel build"}
    </Button>
  );
}

const shortDigest = (digest: string): string => digest.replace(/^(sha256:)?([0-9a-f]{12})[0-9a-f]+$/, "$2");

const platformNames: Readonly<Record<string, string>> = { platform: "platform base", "platform-inference": "platform inference image" };

const bases = ({ bases: list }: ImageBuildDto): ReactNode =>
  list.map(({ reference, digest }) => (
    <code key={reference} className="block text-sm break-all" title={digest}>
      {platformNames[reference] ?? reference} {shortDigest(digest)}
    </code>
  ));

function BuildFacts({ environment, build }: { readonly environment: EnvironmentVersionDto; readonly build: ImageBuildDto }) {
  return (
    <Card>
      <Facts
        facts={[
          { name: "Image", value: <code className="text-sm break-all">{build.imageRef}</code> },
          ...(build.finishedAt === null ? [] : [{ name: "Date", value: <Time at={build.finishedAt} /> }]),
          { name: "Revision", value: `${String(build.revision)}${build.cause === "" ? "" : `: ${build.cause}`}` },
          ...(build.bases.length === 0 ? [] : [{ name: "Built upon", value: bases(build) }]),
          ...(build.sbom === null
            ? []
            : [
                {
                  name: "Packages",
                  value: (
                    <>
                      {plural(build.sbom.packageCount, "package")}, listed <Time at={build.sbom.createdAt} /> ·{" "}
                      <SbomLink environment={environment} build={build} />
                    </>
                  ),
                },
              ]),
        ]}
      />
    </Card>
  );
}

function progressOf(build: ImageBuildDto): ReactNode {
  if (build.startedAt === null)
    return build.queuePosition === null ? ", waiting for its turn" : `, waiting for its turn: number ${String(build.queuePosition)} in the queue`;
  return (
    <>
      , begun <Time at={build.startedAt} />
    </>
  );
}

/** How the image of a version came to be: facts, steps, log, and what can be done about it. */
export function ImageBuild({
  environment,
  build,
  canWrite,
}: {
  readonly environment: EnvironmentVersionDto;
  readonly build: ImageBuildDto;
  readonly canWrite: boolean;
}) {
  const moving = isMovingState(build.state);
  const action = moving ? <Cancel build={build} /> : build.state === "Failed" || build.state === "Canceled" ? <Retry build={build} /> : undefined;
  return (
    <Section title="Image build" actions={canWrite ? action : undefined}>
      {build.state === "Failed" ? (
        <Callout title={build.message ?? "The image could not be built."} code={build.reason ?? undefined} hint={build.hint} />
      ) : null}
      {build.imageRef === null ? null : <BuildFacts environment={environment} build={build} />}
      <p className="num text-muted">
        Attempt {build.attempt}
        {progressOf(build)}
        {build.startedAt === null || build.finishedAt === null ? "" : `, took ${formatDuration(build.finishedAt - build.startedAt)}`}
        {build.sizeBytes === null ? "" : `, ${formatBytes(build.sizeBytes)}`}
      </p>
      <BuildSteps steps={build.steps} />
      <LogTail key={`${build.id}-${build.attempt}`} label="Build log" path={`/builds/${encodeURIComponent(build.id)}/log`} live={moving} />
    </Section>
  );
}
