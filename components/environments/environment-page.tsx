"use client";
import { Plus } from "lucide-react";
import Link from "next/link";
import { useState, type ReactNode } from "react";
import { CompareVersions } from "#components/assets/compare-versions";
import { VersionCard } from "#components/assets/version-card";
import { VersionList } from "#components/assets/version-list";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { CodeBlock } from "#components/ui/code-block";
import { PageHeader, Section } from "#components/ui/page";
import type { EnvironmentVersionDto } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import { environmentFacts, environmentTexts } from "#server/domain/environment/facts";
import { archiveUrl } from "../assets/paths";
import { useEnvironments } from "../queries/use-assets";
import { plural } from "../ui/format";
import { BehindDeployments } from "./behind-deployments";
import { Curated, ImageState } from "./environments-list";
import { ImageBuild } from "./image-build";

function CodeLink({ id, name, version }: { readonly id: string; readonly name: string; readonly version: number }) {
  return (
    <Link href={`/codes/${encodeURIComponent(id)}`} className="text-accent hover:underline">
      <code className="text-sm break-all">{`${name}:${String(version)}`}</code>
    </Link>
  );
}

/** What it stands on where it names no image. */
const platformBase = ({ condaFile, requirements }: EnvironmentVersionDto): string =>
  condaFile === null && requirements === null ? "the platform's inference image" : "the platform's Python base";

/** How far its image is, and what it is made of beside its texts. */
function factsOf(version: EnvironmentVersionDto): { name: string; value: ReactNode }[] {
  const { image, dockerfile, context } = version;
  return [
    { name: "State", value: <ImageState environment={version} /> },
    ...(image === null && dockerfile === null ? [{ name: "Base image", value: platformBase(version) }] : []),
    ...Object.entries(environmentFacts(version)).map(([name, text]) => ({ name, value: <code className="text-sm break-words">{text}</code> })),
    ...(context === null ? [] : [{ name: "Built from", value: <CodeLink {...context} /> }]),
  ];
}

function Texts({ version }: { readonly version: EnvironmentVersionDto }) {
  return Object.entries(environmentTexts(version)).map(([name, text]) => (
    <Section key={name} title={name}>
      <CodeBlock label={name} code={text} className="max-h-100" />
    </Section>
  ));
}

/** One environment: its versions, what the chosen one is made of, and how its image came to be. */
export function EnvironmentPage({ name, initial }: { readonly name: string; readonly initial: Page<EnvironmentVersionDto> }) {
  const [archived, setArchived] = useState(false);
  const { data = initial } = useEnvironments(name, initial, archived);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const canWrite = useCan("contributor");
  const chosen = data.items.find((version) => version.id === chosenId) ?? data.items[0];
  const others = data.items.filter((version) => version.id !== chosen?.id);
  return (
    <>
      <PageHeader
        title={
          <>
            {name}
            {chosen === undefined ? null : <Curated environment={chosen} />}
          </>
        }
        description={plural(data.items.length, "version")}
        actions={
          canWrite && chosen?.curated !== true ? (
            <Button asChild>
              <Link href={`/environments/new?name=${encodeURIComponent(name)}`}>
                <Plus aria-hidden />
                New version
              </Link>
            </Button>
          ) : undefined
        }
      />
      <div className="grid gap-4 lg:grid-cols-[240px_minmax(0,1fr)]">
        <VersionList
          versions={data.items}
          chosenId={chosen?.id}
          onChoose={({ id }) => setChosenId(id)}
          archived={archived}
          onArchived={setArchived}
          aside={(version) => <ImageState environment={version} />}
        />
        {chosen === undefined ? null : (
          <div className="flex min-w-0 flex-col gap-4">
            <VersionCard
              kind="environment"
              version={chosen}
              all={data.items}
              canWrite={canWrite}
              facts={factsOf(chosen)}
              urlOf={archiveUrl("environment", chosen)}
            />
            <BehindDeployments environment={chosen} />
            <Texts version={chosen} />
            {chosen.build === null ? null : <ImageBuild environment={chosen} build={chosen.build} canWrite={canWrite} />}
            {others.length === 0 ? null : <CompareVersions key={`compare-${chosen.id}`} kind="environment" version={chosen} others={others} />}
          </div>
        )}
      </div>
    </>
  );
}
