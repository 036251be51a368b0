"use client";
import { Boxes, Plus } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useCan } from "#components/shell/me";
import { Badge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { EmptyState } from "#components/ui/empty-state";
import { Input } from "#components/ui/input";
import { PageHeader } from "#components/ui/page";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time } from "#components/ui/time";
import type { ModelVersionDto } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import { useModels } from "../queries/use-assets";
import { formatBytes } from "../ui/format";
import { modelTypeWords } from "./model-words";
import { UsedBy } from "../assets/used-by";

function ModelRow({ model }: { readonly model: ModelVersionDto }) {
  return (
    <Tr>
      <Td>
        <Link className="font-medium hover:text-accent" href={`/models/${encodeURIComponent(model.name)}`}>
          {model.name}
        </Link>
      </Td>
      <Td numeric>{model.version}</Td>
      <Td>
        <Badge>{modelTypeWords[model.type]}</Badge>
      </Td>
      <Td numeric>{formatBytes(model.sizeBytes)}</Td>
      <Td>
        <UsedBy usedBy={model.usedBy} />
      </Td>
      <Td className="max-w-72 truncate text-muted">{model.description}</Td>
      <Td className="text-muted">{model.createdBy}</Td>
      <Td numeric className="text-muted">
        <Time at={model.createdAt} />
      </Td>
    </Tr>
  );
}

/** Every registered model by its newest version. */
export function ModelsList({ initial }: { readonly initial: Page<ModelVersionDto> }) {
  const { data = initial } = useModels(undefined, initial);
  const [query, setQuery] = useState("");
  const register = useCan("contributor") ? (
    <Button asChild variant="primary">
      <Link href="/models/register">
        <Plus aria-hidden />
        Register a model
      </Link>
    </Button>
  ) : undefined;
  const shown = data.items.filter((model) => `${model.name} ${model.description}`.toLowerCase().includes(query.toLowerCase()));
  return (
    <>
      <PageHeader title="Models" description="Files that deployments load, by name and version." actions={register} />
      {data.items.length === 0 ? (
        <EmptyState
          icon={<Boxes />}
          title="No model yet"
          sentence="Register a file or a folder once, then deploy it under any endpoint."
          action={register}
          command={`curl -H "authorization: Bearer $SLUICE_TOKEN" "$SLUICE_STUDIO/api/v1/models"`}
        />
      ) : (
        <div className="flex flex-col gap-3">
          <Input
            data-filter
            type="search"
            aria-label="Filter models"
            placeholder="Filter by name  ( / )"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            className="max-w-90"
          />
          <Table label="Models">
            <TableHead>
              <tr>
                <Th>Name</Th>
                <Th numeric>Newest version</Th>
                <Th>Type</Th>
                <Th numeric>Size</Th>
                <Th>Used by</Th>
                <Th>Description</Th>
                <Th>By</Th>
                <Th numeric>Registered</Th>
              </tr>
            </TableHead>
            <TableBody>
              {shown.map((model) => (
                <ModelRow key={model.id} model={model} />
              ))}
            </TableBody>
          </Table>
        </div>
      )}
    </>
  );
}
