"use client";
import { FileCode } from "lucide-react";
import Link from "next/link";
import { UsedBy } from "#components/models/used-by";
import { EmptyState } from "#components/ui/empty-state";
import { PageHeader } from "#components/ui/page";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { Time } from "#components/ui/time";
import type { CodeDto } from "#server/contract/asset";
import type { Page } from "#server/contract/common";
import { formatBytes, formatCount } from "../ui/format";

/** Every version of every code folder that somebody registered. */
export function CodesList({ initial }: { readonly initial: Page<CodeDto> }) {
  return (
    <>
      <PageHeader title="Code" description="Folders with scoring scripts, registered with the deployments that use them." />
      {initial.items.length === 0 ? (
        <EmptyState
          icon={<FileCode />}
          title="No code yet"
          sentence="A folder with a script that has init() and run() is registered with its first deployment. What is made for models without code is on the deployment's page."
        />
      ) : (
        <Table label="Code">
          <TableHead>
            <tr>
              <Th>Name</Th>
              <Th numeric>Version</Th>
              <Th>Scoring scripts</Th>
              <Th>Used by</Th>
              <Th numeric>Files</Th>
              <Th numeric>Size</Th>
              <Th>By</Th>
              <Th numeric>Registered</Th>
            </tr>
          </TableHead>
          <TableBody>
            {initial.items.map((code) => (
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
