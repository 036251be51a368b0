"use client";
import { Plus } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { CompareVersions } from "#components/assets/compare-versions";
import { VersionCard } from "#components/assets/version-card";
import { VersionList } from "#components/assets/version-list";
import { useCan } from "#components/shell/me";
import { Badge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { Callout } from "#components/ui/callout";
import { CopyButton } from "#components/ui/copy-button";
import { FileContent } from "#components/files/file-content";
import { PageHeader, Section } from "#components/ui/page";
import type { CodeDto, FilePreviewDto } from "#server/contract/asset";
import { referenceOf } from "../assets/paths";
import { fileAddress } from "../files/file-address";
import { apiUrl } from "../queries/fetcher";
import { useCode, useCodeVersions } from "../queries/use-assets";
import { cn } from "../ui/cn";
import { formatBytes, plural } from "../ui/format";
import { useMarkedLine } from "./use-marked-line";

function FileList({ code, shown }: { readonly code: CodeDto; readonly shown: string | null }) {
  return (
    <ul className="scroll-thin max-h-60 divide-y divide-line overflow-auto rounded-lg border border-line bg-surface lg:max-h-[70vh]">
      {code.files.map((file) => (
        <li key={file.path}>
          <Link
            href={fileAddress(code.id, file.path)}
            scroll={false}
            aria-current={file.path === shown ? "page" : undefined}
            className={cn(
              "flex min-h-8 flex-wrap items-center justify-between gap-x-2 px-3 py-1 hover:bg-hover focus-visible:-outline-offset-2",
              file.path === shown && "bg-active/70",
            )}
          >
            <span className="mono min-w-0 break-all">{file.path}</span>
            <span className="num text-sm text-faint">{formatBytes(file.sizeBytes)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function ShownFile({ preview, marked, onMark }: { readonly preview: FilePreviewDto; readonly marked: number | null; readonly onMark: (line: number) => void }) {
  const lines = preview.text === null ? 0 : preview.text.split("\n").length;
  const beyond = marked !== null && preview.text !== null && marked > lines;
  return (
    <Section
      title={preview.path}
      actions={
        <span className="flex items-center gap-1 text-sm text-faint">
          <span className="num">{formatBytes(preview.sizeBytes)}</span>
          {preview.text === null ? null : <CopyButton value={preview.text} label={`Copy the content of ${preview.path}`} />}
        </span>
      }
    >
      {beyond ? (
        <Callout tone="info" title={`Line ${String(marked)} is ${preview.truncated ? "not in the part that is shown" : "beyond the end of the file"}.`} />
      ) : null}
      <FileContent preview={preview} marked={marked} onMark={onMark} className="max-h-[70vh]" />
    </Section>
  );
}

/** The versions of the folder's name, each with a page of its own. */
function Versions({ code, canWrite }: { readonly code: CodeDto; readonly canWrite: boolean }) {
  const router = useRouter();
  const [archived, setArchived] = useState(code.archivedAt !== null);
  const { data } = useCodeVersions(code.name, archived);
  const all = data?.items ?? [code];
  const others = all.filter((other) => other.id !== code.id);
  return (
    <div className="grid gap-4 lg:grid-cols-[240px_minmax(0,1fr)]">
      <VersionList
        versions={all}
        chosenId={code.id}
        onChoose={({ id }) => router.push(`/codes/${encodeURIComponent(id)}`)}
        archived={archived}
        onArchived={setArchived}
      />
      <div className="flex min-w-0 flex-col gap-4">
        <VersionCard
          kind="code"
          version={code}
          all={all}
          canWrite={canWrite}
          facts={[
            { name: "Scoring scripts", value: <code className="text-sm break-words">{code.scoringScripts.join(", ") || "none"}</code> },
            { name: "Root", value: <code className="text-sm break-all">{code.rootName}</code> },
            { name: "Size", value: `${formatBytes(code.sizeBytes)} in ${plural(code.files.length, "file")}` },
          ]}
          urlOf={(format) => apiUrl(`/codes/${encodeURIComponent(code.id)}/download`, { format })}
        />
        {others.length === 0 ? null : <CompareVersions key={code.id} kind="code" version={code} others={others} />}
      </div>
    </div>
  );
}

interface CodePageProps {
  readonly code: CodeDto;
  /** The file that is shown; null when the code has none of the name that was asked for. */
  readonly preview: FilePreviewDto | null;
  readonly asked: string;
}

/** One version of a code folder: a file of it to read, and what is known of it; `#L12` in the address points at a line. */
export function CodePage({ code: initial, preview, asked }: CodePageProps) {
  const { line, mark } = useMarkedLine(preview?.path ?? "");
  const canWrite = useCan("contributor");
  const { data: code = initial } = useCode(initial);
  return (
    <>
      <PageHeader
        title={
          <span className="flex flex-wrap items-center gap-x-2">
            <span className="break-all">{referenceOf(code)}</span>
            {code.anonymous ? <Badge>made for deployments</Badge> : null}
            {code.archivedAt === null ? null : <Badge tone="warn">archived</Badge>}
          </span>
        }
        actions={
          canWrite && !code.anonymous ? (
            <Button asChild>
              <Link href={`/codes/register?name=${encodeURIComponent(code.name)}`}>
                <Plus aria-hidden />
                New version
              </Link>
            </Button>
          ) : undefined
        }
      />
      <div className="grid gap-4 lg:grid-cols-[240px_minmax(0,1fr)]">
        <nav aria-label="Files">
          <FileList code={code} shown={preview?.path ?? null} />
        </nav>
        {preview === null ? (
          <Callout tone="warn" title={`There is no file ${asked} in ${referenceOf(code)}.`} className="self-start" />
        ) : (
          <ShownFile preview={preview} marked={line} onMark={mark} />
        )}
      </div>
      <div className="pt-6">
        <Versions key={code.id} code={code} canWrite={canWrite} />
      </div>
    </>
  );
}
