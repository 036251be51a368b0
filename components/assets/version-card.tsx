"use client";
import type { ReactNode } from "react";
import { DownloadArchive } from "#components/files/download-archive";
import { Badge } from "#components/ui/badge";
import { CopyButton } from "#components/ui/copy-button";
import { Card, Facts } from "#components/ui/page";
import { Time } from "#components/ui/time";
import type { AssetVersionDto } from "#server/contract/asset";
import type { ArchiveFormat } from "#server/domain/asset/archive";
import type { AssetKind } from "#server/domain/asset/reference";
import { EditMetadata } from "./edit-metadata";
import { referenceOf } from "./paths";
import { UsedBy } from "./used-by";
import { ArchiveVersion, RestoreVersion } from "./version-archiving";
import { VersionLabels } from "./version-labels";

interface Fact {
  readonly name: string;
  readonly value: ReactNode;
}

interface VersionCardProps {
  readonly kind: AssetKind;
  readonly version: AssetVersionDto;
  /** All versions of its name that are known. */
  readonly all: readonly AssetVersionDto[];
  readonly canWrite: boolean;
  /** What is told of this kind alone. */
  readonly facts: readonly Fact[];
  readonly urlOf: (format: ArchiveFormat) => string;
  /** What can be done with this kind alone. */
  readonly actions?: ReactNode;
}

function Pairs({ record }: { readonly record: Readonly<Record<string, string>> }) {
  return (
    <span className="flex flex-wrap gap-1">
      {Object.entries(record).map(([name, value]) => (
        <Badge key={name} className="h-auto min-h-5 break-all whitespace-normal">
          {value === "" ? name : `${name}: ${value}`}
        </Badge>
      ))}
    </span>
  );
}

function factsOf({ kind, version, all, canWrite, facts }: VersionCardProps): readonly Fact[] {
  const newest = version.archivedAt === null && all.every((other) => other.archivedAt !== null || other.version <= version.version);
  const reference = referenceOf(version);
  const { description, tags, properties } = version;
  return [
    {
      name: "Reference",
      value: (
        <span className="inline-flex items-center gap-1">
          <code className="text-sm break-all">{reference}</code>
          <CopyButton value={reference} label="Copy the reference" />
        </span>
      ),
    },
    { name: "Labels", value: <VersionLabels kind={kind} version={version} newest={newest} canWrite={canWrite} /> },
    ...facts,
    { name: "Used by", value: <UsedBy usedBy={version.usedBy} usedBefore={version.usedBefore} /> },
    {
      name: "Registered",
      value: (
        <>
          <Time at={version.createdAt} /> by {version.createdBy}
        </>
      ),
    },
    ...(description === "" ? [] : [{ name: "Description", value: <span className="whitespace-pre-line">{description}</span> }]),
    ...(Object.keys(tags).length === 0 ? [] : [{ name: "Tags", value: <Pairs record={tags} /> }]),
    ...(Object.keys(properties).length === 0 ? [] : [{ name: "Properties", value: <Pairs record={properties} /> }]),
  ];
}

/** What is known of one version of any kind, and what can be done with it. */
export function VersionCard(props: VersionCardProps) {
  const { kind, version, all, canWrite, urlOf, actions } = props;
  const archived = version.archivedAt !== null;
  const last = all.every((other) => other.id === version.id || other.archivedAt !== null);
  return (
    <Card>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <Facts facts={factsOf(props)} />
        <div className="flex flex-wrap gap-2">
          {archived ? null : actions}
          <DownloadArchive urlOf={urlOf} />
          {canWrite ? <EditMetadata key={`edit-${version.id}`} kind={kind} version={version} /> : null}
          {canWrite && !archived ? <ArchiveVersion key={`archive-${version.id}`} kind={kind} version={version} last={last} /> : null}
          {canWrite && archived ? <RestoreVersion key={`restore-${version.id}`} kind={kind} version={version} /> : null}
        </div>
      </div>
    </Card>
  );
}
