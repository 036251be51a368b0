"use client";
import { CompareVersions } from "#components/assets/compare-versions";
import { VersionCard } from "#components/assets/version-card";
import { Badge } from "#components/ui/badge";
import { Section } from "#components/ui/page";
import type { ModelVersionDto } from "#server/contract/asset";
import { archiveUrl } from "../assets/paths";
import { formatBytes, plural } from "../ui/format";
import { DeployVersion } from "./deploy-version";
import { modelTypeWords } from "./model-words";
import { VersionFiles } from "./version-files";
import { VersionInsight } from "./version-insight";

interface VersionDetailsProps {
  readonly model: ModelVersionDto;
  readonly all: readonly ModelVersionDto[];
  readonly canWrite: boolean;
}

/** Everything about one version of a model. */
export function VersionDetails({ model, all, canWrite }: VersionDetailsProps) {
  const others = all.filter((other) => other.id !== model.id);
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <VersionCard
        kind="model"
        version={model}
        all={all}
        canWrite={canWrite}
        facts={[
          { name: "Type", value: <Badge>{modelTypeWords[model.type]}</Badge> },
          { name: "Root", value: <code className="text-sm">{model.rootName}</code> },
          { name: "Size", value: `${formatBytes(model.sizeBytes)} in ${plural(model.files.length, "file")}` },
        ]}
        urlOf={archiveUrl("model", model)}
        actions={canWrite ? <DeployVersion key={`deploy-${model.id}`} model={model} /> : null}
      />
      <VersionInsight model={model} />
      <Section title="Files">
        <VersionFiles key={`files-${model.id}`} model={model} />
      </Section>
      {others.length === 0 ? null : <CompareVersions key={`compare-${model.id}`} kind="model" version={model} others={others} />}
    </div>
  );
}
