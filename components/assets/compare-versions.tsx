"use client";
import { useState } from "react";
import { Badge, type Tone } from "#components/ui/badge";
import { Section } from "#components/ui/page";
import { Select } from "#components/ui/input";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import { TextDifference } from "#components/ui/text-difference";
import type { AssetVersionDto } from "#server/contract/asset";
import type { VersionComparison } from "#server/domain/asset/compare";
import type { AssetKind } from "#server/domain/asset/reference";
import { useComparison } from "../queries/use-assets";
import { formatBytes, plural } from "../ui/format";

type Change = "added" | "removed" | "changed";
const tones: Readonly<Record<Change, Tone>> = { added: "ok", removed: "bad", changed: "warn" };

const ChangeBadge = ({ change }: { readonly change: Change }) => <Badge tone={tones[change]}>{change}</Badge>;

function ChangedParts({ comparison }: { readonly comparison: VersionComparison }) {
  const size = (content: { readonly sizeBytes: number } | null): string => (content === null ? "" : formatBytes(content.sizeBytes));
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
              <ChangeBadge change={value.before === null ? "added" : value.after === null ? "removed" : "changed"} />
            </Td>
            <Td className="max-w-72 break-words whitespace-normal text-muted">{value.before ?? ""}</Td>
            <Td className="max-w-72 break-words whitespace-normal">{value.after ?? ""}</Td>
          </Tr>
        ))}
        {comparison.files.map((file) => (
          <Tr key={file.path}>
            <Td className="mono">{file.path}</Td>
            <Td>
              <ChangeBadge change={file.change} />
            </Td>
            <Td className="text-muted">{size(file.before)}</Td>
            <Td>{size(file.after)}</Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}

function Differences({ comparison }: { readonly comparison: VersionComparison }) {
  const { values, texts, files, equalFiles } = comparison;
  if (values.length + texts.length + files.length === 0)
    return <p className="text-muted">Nothing differs{equalFiles === 0 ? "" : `: ${plural(equalFiles, "equal file")}`}.</p>;
  return (
    <>
      {values.length + files.length === 0 ? null : <ChangedParts comparison={comparison} />}
      {texts.map(({ name, before, after }) => (
        <div key={name} className="flex min-w-0 flex-col gap-1">
          <h3 className="mono text-sm text-muted">{name}</h3>
          <TextDifference label={`Difference of ${name}`} before={before ?? ""} after={after ?? ""} />
        </div>
      ))}
    </>
  );
}

interface CompareVersionsProps {
  readonly kind: AssetKind;
  readonly version: AssetVersionDto;
  readonly others: readonly AssetVersionDto[];
}

/** A version beside another one of the same name. */
export function CompareVersions({ kind, version, others }: CompareVersionsProps) {
  const [chosen, setChosen] = useState<number | null>(null);
  const before = chosen ?? others.find((other) => other.version < version.version)?.version ?? others[0]?.version ?? version.version;
  const { data, error } = useComparison(kind, version.name, before, version.version);
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
      {data === undefined ? <p className="text-muted">{error === null ? "Comparing…" : error.message}</p> : <Differences comparison={data} />}
    </Section>
  );
}
