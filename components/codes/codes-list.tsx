"use client";
import { FileCode, Plus } from "lucide-react";
import Link from "next/link";
import { UsedBy } from "#components/assets/used-by";
import { useCan } from "#components/shell/me";
import { Button } from "#components/ui/button";
import { EmptyState } from "#components/ui/empty-state";
import { PageHeader } from "#components/ui/page";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time } from "#components/ui/time";
import type { CodeDto } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import { useCodes } from "../queries/use-assets";
import { formatBytes, formatCount } from "../ui/format";

/** Every version of every code folder that somebody registered. */
export function CodesList({ initial }: { readonly initial: Page<CodeDto> }) {
  const { data = initial } = useCodes(initial);
  const register = useCan("contributor") ? (
    <Button asChild variant="primary">
      <Link href="/codes/register">
        <Plus aria-hidden />
        Register code
      </Link>
    </Button>
  ) : undefined;
  return (
    <>
      <PageHeader title="Code" description="Folders with scoring scripts, registered here or with the deployments that use them." actions={register} />
      {data.items.length === 0 ? (
        <EmptyState
          icon={<FileCode />}
          title="No code yet"
          sentence="A folder with a script that has init() and run() is registered with its first deployment. What is made for models without code is on the deployment's page."
          action={register}
        />
      ) : (
        <Table label="Code">
          <TableHead>
            <tr>
              <Th>Name</Th>
              <Th numeric>Version</Th>
              <Th>Scoring scripts</Th>
              <Th>Used by</Th>
              <Th>Description</Th>
              <Th numeric>Files</Th>
              <Th numeric>Size</Th>
              <Th>By</Th>
              <Th numeric>Registered</Th>
            </tr>
          </TableHead>
          <TableBody>
            {data.items.map((code) => (
              <Tr key={code.id}>
                <Td>
                  <Link className="font-medium hover:text-accent" href={`/codes/${encodeURIComponent(code.id)}`}>
                    {code.name}
                  </Link>
                </Td>
                <Td numeric>{code.version}</Td>
                <Td className="mono text-muted">{code.scoringScripts.join(", ") || "–"}</Td>
                <Td>
                  <UsedBy usedBy={code.usedBy} />
                </Td>
                <Td className="max-w-72 truncate text-muted">{code.description}</Td>
                <Td numeric>{formatCount(code.files.length)}</Td>
                <Td numeric>{formatBytes(code.sizeBytes)}</Td>
                <Td className="text-muted">{code.createdBy}</Td>
                <Td numeric className="text-muted">
                  <Time at={code.createdAt} />
                </Td>
              </Tr>
            ))}
          </TableBody>
        </Table>
      )}
    </>
  );
}
