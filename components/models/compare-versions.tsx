"use client";
import { useState } from "react";
import { Badge, type Tone } from "#components/ui/badge";
import { Section } from "#components/ui/page";
import { Select } from "#components/ui/input";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import type { ModelVersionDto } from "#server/contract/asset";
import type { VersionComparison } from "../../server/domain/model/compare";
import { useComparison } from "../queries/use-assets";
import { formatBytes, plural } from "../ui/format";

const tones: Readonly<Record<"added" | "removed" | "changed", Tone>> = { added: "ok", removed: "bad", changed: "warn" };

function Differences({ comparison }: { readonly comparison: VersionComparison }) {
  const size = (content: { readonly sizeBytes: number } | null): string => (content === null ? "" : formatBytes(content.sizeBytes));
  const nothing = comparison.values.length === 0 && comparison.files.length === 0;
  if (nothing) return <p className="text-muted">Nothing differs: {plural(comparison.equalFiles, "equal file")}.</p>;
  return (
    <Table label="Differences">
      <TableHead>
        <tr>
          <Th>What</Th>
          <Th>Change</Th>
          <Th>Before</Th>
          <Th>After</Th>
        </tr>
      </TableHead>
      <TableBody>
        {comparison.values.map((value) => (
          <Tr key={value.name}>
            <Td>{value.name}</Td>
            <Td>
              <Badge tone="warn">changed</Badge>
            </Td>
            <Td className="max-w-72 break-words whitespace-normal text-muted">{value.before ?? ""}</Td>
            <Td className="max-w-72 break-words whitespace-normal">{value.after ?? ""}</Td>
          </Tr>
        ))}
        {comparison.files.map((file) => (
          <Tr key={file.path}>
            <Td className="mono">{file.path}</Td>
            <Td>
              <Badge tone={tones[file.change]}>{file.change}</Badge>
            </Td>
            <Td className="text-muted">{size(file.before)}</Td>
            <Td>{size(file.after)}</Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}

/** A version beside another one of the same model. */
export function CompareVersions({ model, others }: { readonly model: ModelVersionDto; readonly others: readonly ModelVersionDto[] }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const before = chosen ?? others.find((other) => other.version < model.version)?.version ?? others[0]?.version ?? model.version;
  const { data } = useComparison(model.name, before, model.version);
  return (
    <Section
      title="Compare"
      actions={
        <label className="flex items-center gap-2 text-sm text-muted">
          with
          <Select aria-label="Version to compare with" value={before} onChange={(event) => setChosen(Number(event.target.value))} className="w-36">
            {others.map((other) => (
              <option key={other.id} value={other.version}>
                Version {other.version}
              </option>
            ))}
          </Select>
        </label>
      }
    >
      {data === undefined ? <p className="text-muted">Comparing…</p> : <Differences comparison={data} />}
    </Section>
  );
}
