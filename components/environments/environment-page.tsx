"use client";
import { Plus } from "lucide-react";
import Link from "next/link";
import { useState, type ReactNode } from "react";
import { UsedBy } from "#components/models/used-by";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { CodeBlock } from "#components/ui/code-block";
import { Card, Facts, PageHeader, Section } from "#components/ui/page";
import { Time } from "#components/ui/time";
import type { EnvironmentVersionDto } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import { useEnvironments } from "../queries/use-assets";
import { cn } from "../ui/cn";
import { plural } from "../ui/format";
import { BehindDeployments } from "./behind-deployments";
import { Curated, ImageState } from "./environments-list";
import { ImageBuild } from "./image-build";

function VersionFacts({ version }: { readonly version: EnvironmentVersionDto }) {
  return (
    <Card>
      <Facts
        facts={[
          {
            name: "Reference",
            value: (
              <code className="text-sm">
                {version.name}:{version.version}
              </code>
            ),
          },
          { name: "State", value: <ImageState environment={version} /> },
          { name: "Base image", value: version.image === null ? "the platform's inference base" : <code className="text-sm break-all">{version.image}</code> },
          ...(version.inferenceConfig === null
            ? []
            : [
                {
                  name: "Scoring route",
                  value: (
                    <code className="text-sm">
                      :{version.inferenceConfig.scoring.port}
                      {version.inferenceConfig.scoring.path}
                    </code>
                  ),
                },
              ]),
          ...containerFacts(version),
          { name: "Used by", value: <UsedBy usedBy={version.usedBy} usedBefore={version.usedBefore} /> },
          {
            name: "Made",
            value: (
              <>
                <Time at={version.createdAt} /> by {version.createdBy}
              </>
            ),
          },
          ...(version.description === "" ? [] : [{ name: "Description", value: version.description }]),
        ]}
      />
    </Card>
  );
}

/** What is not the platform's usual way; nothing for most environments. */
function containerFacts({ inferenceConfig, container }: EnvironmentVersionDto): { name: string; value: ReactNode }[] {
  const facts: readonly (readonly [string, string | null])[] = [
    ["Further routes", inferenceConfig === null || inferenceConfig.scoringRoutes.length === 0 ? null : inferenceConfig.scoringRoutes.join(" ")],
    ["Path prefix", inferenceConfig?.pathPrefix ?? null],
    ["Command", container?.command?.join(" ") ?? null],
    ["User", container?.user ?? null],
    ["Shared memory", container?.sharedMemoryMib == null ? null : `${String(container.sharedMemoryMib)} MiB`],
  ];
  return facts.flatMap(([name, text]) => (text === null ? [] : [{ name, value: <code className="text-sm break-words">{text}</code> }]));
}

/** One environment: its versions, what the chosen one is made of, and how its image came to be. */
export function EnvironmentPage({ name, initial }: { readonly name: string; readonly initial: Page<EnvironmentVersionDto> }) {
  const { data = initial } = useEnvironments(name, initial);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const canWrite = useCan("contributor");
  const chosen = data.items.find((version) => version.id === chosenId) ?? data.items[0];
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
        <nav aria-label="Versions">
          <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface">
            {data.items.map((version) => (
              <li key={version.id}>
                <button
                  type="button"
                  aria-current={version.id === chosen?.id}
                  onClick={() => setChosenId(version.id)}
                  className={cn(
                    "flex h-10 w-full items-center justify-between gap-2 px-3 text-left hover:bg-hover focus-visible:-outline-offset-2",
                    version.id === chosen?.id && "bg-active/70 font-medium",
                  )}
                >
                  <span className="num">Version {version.version}</span>
                  <ImageState environment={version} />
                </button>
              </li>
            ))}
          </ul>
        </nav>
        {chosen === undefined ? null : (
          <div className="flex min-w-0 flex-col gap-4">
            <VersionFacts version={chosen} />
            <BehindDeployments environment={chosen} />
            {chosen.condaFile === null ? null : (
              <Section title="conda.yaml">
                <CodeBlock label="conda.yaml" code={chosen.condaFile} className="max-h-100" />
              </Section>
            )}
            {chosen.requirements === null ? null : (
              <Section title="requirements.txt">
                <CodeBlock label="requirements.txt" code={chosen.requirements} className="max-h-100" />
              </Section>
            )}
            {chosen.dockerfile === null ? null : (
              <Section title="Dockerfile">
                <CodeBlock label="Dockerfile" code={chosen.dockerfile} className="max-h-100" />
              </Section>
            )}
            {chosen.build === null ? null : <ImageBuild environment={chosen} build={chosen.build} canWrite={canWrite} />}
          </div>
        )}
      </div>
    </>
  );
}
