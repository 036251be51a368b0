"use client";
import { Package, Plus } from "lucide-react";
import Link from "next/link";
import { useCan } from "#components/shell/me";
import { UsedBy } from "#components/assets/used-by";
import { Badge, StateBadge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { EmptyState } from "#components/ui/empty-state";
import { PageHeader } from "#components/ui/page";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time } from "#components/ui/time";
import type { EnvironmentVersionDto } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import { sourceOf } from "#server/domain/environment/types";
import { useEnvironments } from "../queries/use-assets";
import { formatBytes } from "../ui/format";
import { BaseRefreshPanel } from "./base-refresh-panel";
import { SbomLink } from "./sbom-link";

/** State of the image in a word that badges know; an environment without a build is built with its first deployment. */
export function ImageState({ environment }: { readonly environment: EnvironmentVersionDto }) {
  const { build } = environment;
  if (build !== null) return <StateBadge state={build.state} {...(build.state === "Succeeded" ? { word: "Built" } : {})} />;
  return sourceOf(environment) === "image" ? <StateBadge state="Ready" word="Used as it is" /> : <StateBadge state="Stopped" word="Not built yet" />;
}

/** Marks what comes with the product. */
export function Curated({ environment }: { readonly environment: Pick<EnvironmentVersionDto, "curated"> }) {
  return environment.curated ? (
    <Badge tone="accent" className="ml-2">
      curated
    </Badge>
  ) : null;
}

/** When its image was made, and what is in it. */
function ImageDate({ environment }: { readonly environment: EnvironmentVersionDto }) {
  const { build } = environment;
  if (build === null || build.state !== "Succeeded" || build.finishedAt === null) return <span className="text-faint">–</span>;
  return (
    <span className="inline-flex items-center gap-2">
      <Time at={build.finishedAt} />
      <SbomLink environment={environment} build={build} />
    </span>
  );
}

const sourceWords = { image: "image", conda: "conda file", requirements: "pip requirements", dockerfile: "Dockerfile" } as const;

/** Every environment by its newest version. */
export function EnvironmentsList({ initial }: { readonly initial: Page<EnvironmentVersionDto> }) {
  const { data = initial } = useEnvironments(undefined, initial);
  const create = useCan("contributor") ? (
    <Button asChild variant="primary">
      <Link href="/environments/new">
        <Plus aria-hidden />
        New environment
      </Link>
    </Button>
  ) : undefined;
  return (
    <>
      <PageHeader title="Environments" description="Image and Python packages that scoring code runs in." actions={create} />
      <BaseRefreshPanel />
      {data.items.length === 0 ? (
        <EmptyState
          icon={<Package />}
          title="No environment yet"
          sentence="An environment is an image and its packages, built once and used by any deployment."
          action={create}
          command={`curl -H "authorization: Bearer $SLUICE_TOKEN" "$SLUICE_STUDIO/api/v1/environments"`}
        />
      ) : (
        <Table label="Environments">
          <TableHead>
            <tr>
              <Th>Name</Th>
              <Th numeric>Newest version</Th>
              <Th>Image</Th>
              <Th>Built</Th>
              <Th numeric>Size</Th>
              <Th>From</Th>
              <Th>Used by</Th>
              <Th>By</Th>
              <Th numeric>Registered</Th>
            </tr>
          </TableHead>
          <TableBody>
            {data.items.map((environment) => (
              <Tr key={environment.id}>
                <Td>
                  <Link className="font-medium hover:text-accent" href={`/environments/${encodeURIComponent(environment.name)}`}>
                    {environment.name}
                  </Link>
                  <Curated environment={environment} />
                </Td>
                <Td numeric>{environment.version}</Td>
                <Td>
                  <ImageState environment={environment} />
                </Td>
                <Td className="text-muted">
                  <ImageDate environment={environment} />
                </Td>
                <Td numeric>{formatBytes(environment.build?.sizeBytes)}</Td>
                <Td className="text-muted">{sourceWords[sourceOf(environment)]}</Td>
                <Td className="min-w-40 py-1.5 whitespace-normal">
                  <UsedBy usedBy={environment.usedBy} />
                </Td>
                <Td className="text-muted">{environment.createdBy}</Td>
                <Td numeric className="text-muted">
                  <Time at={environment.createdAt} />
                </Td>
              </Tr>
            ))}
          </TableBody>
        </Table>
      )}
    </>
  );
}
