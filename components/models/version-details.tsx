"use client";
import { Badge } from "#components/ui/badge";
import { DownloadArchive } from "#components/files/download-archive";
import { CopyButton } from "#components/ui/copy-button";
import { Card, Facts, Section } from "#components/ui/page";
import { Time } from "#components/ui/time";
import type { ModelVersionDto } from "#server/contract/asset";
import { archiveUrl } from "../queries/use-assets";
import { formatBytes, plural } from "../ui/format";
import { CompareVersions } from "./compare-versions";
import { DeployVersion } from "./deploy-version";
import { modelTypeWords } from "./model-words";
import { UsedBy } from "./used-by";
import { ArchiveVersion, RestoreVersion } from "./version-archiving";
import { VersionFiles } from "./version-files";
import { VersionInsight } from "./version-insight";
import { VersionLabels } from "./version-labels";

interface VersionDetailsProps {
  readonly model: ModelVersionDto;
  readonly all: readonly ModelVersionDto[];
  readonly canWrite: boolean;
}

function factsOf({ model, all, canWrite }: VersionDetailsProps) {
  const newest = model.archivedAt === null && all.every((other) => other.archivedAt !== null || other.version <= model.version);
  const reference = `${model.name}:${String(model.version)}`;
  return [
    {
      name: "Reference",
      value: (
        <span className="inline-flex items-center gap-1">
          <code className="text-sm">{reference}</code>
          <CopyButton value={reference} label="Copy the reference" />
        </span>
      ),
    },
    { name: "Labels", value: <VersionLabels model={model} newest={newest} canWrite={canWrite} /> },
    { name: "Type", value: <Badge>{modelTypeWords[model.type]}</Badge> },
    { name: "Root", value: <code className="text-sm">{model.rootName}</code> },
    { name: "Size", value: `${formatBytes(model.sizeBytes)} in ${plural(model.files.length, "file")}` },
    { name: "Used by", value: <UsedBy usedBy={model.usedBy} usedBefore={model.usedBefore} /> },
    {
      name: "Registered",
      value: (
        <>
          <Time at={model.createdAt} /> by {model.createdBy}
        </>
      ),
    },
    ...(model.description === "" ? [] : [{ name: "Description", value: model.description }]),
    ...Object.entries({ ...model.tags, ...model.properties }).map(([name, value]) => ({ name, value })),
  ];
}

/** Everything about one version of a model. */
export function VersionDetails(props: VersionDetailsProps) {
  const { model, all, canWrite } = props;
  const others = all.filter((other) => other.id !== model.id);
  const last = others.every((other) => other.archivedAt !== null);
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <Card>
        <div className="flex flex-wrap items-start justify-between gap-3">
          <Facts facts={factsOf(props)} />
          <div className="flex flex-wrap gap-2">
            {canWrite && model.archivedAt === null ? <DeployVersion key={`deploy-${model.id}`} model={model} /> : null}
            <DownloadArchive urlOf={(format) => archiveUrl(model, format)} />
            {canWrite && model.archivedAt === null ? <ArchiveVersion key={`archive-${model.id}`} version={model} last={last} /> : null}
            {canWrite && model.archivedAt !== null ? <RestoreVersion key={`restore-${model.id}`} version={model} /> : null}
          </div>
        </div>
      </Card>
      <VersionInsight model={model} />
      <Section title="Files">
        <VersionFiles key={`files-${model.id}`} model={model} />
      </Section>
      {others.length === 0 ? null : <CompareVersions key={`compare-${model.id}`} model={model} others={others} />}
    </div>
  );
}
