"use client";
import { Plus } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { PageHeader } from "#components/ui/page";
import type { ModelVersionDto } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import { VersionList } from "../assets/version-list";
import { useModels } from "../queries/use-assets";
import { plural } from "../ui/format";
import { VersionDetails } from "./version-details";

/** One model: its versions, and everything about the chosen one. */
export function ModelPage({ name, initial }: { readonly name: string; readonly initial: Page<ModelVersionDto> }) {
  const [archived, setArchived] = useState(false);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const { data = initial } = useModels(name, initial, archived);
  const canWrite = useCan("contributor");
  const chosen = data.items.find((version) => version.id === chosenId) ?? data.items[0];
  return (
    <>
      <PageHeader
        title={name}
        description={plural(data.items.length, "version")}
        actions={
          canWrite ? (
            <Button asChild>
              <Link href={`/models/register?name=${encodeURIComponent(name)}`}>
                <Plus aria-hidden />
                New version
              </Link>
            </Button>
          ) : undefined
        }
      />
      <div className="grid gap-4 lg:grid-cols-[240px_minmax(0,1fr)]">
        <VersionList versions={data.items} chosenId={chosen?.id} onChoose={({ id }) => setChosenId(id)} archived={archived} onArchived={setArchived} />
        {chosen === undefined ? null : <VersionDetails model={chosen} all={data.items} canWrite={canWrite} />}
      </div>
    </>
  );
}
