"use client";
import Link from "next/link";
import { Badge } from "#components/ui/badge";
import { Callout } from "#components/ui/callout";
import { CopyButton } from "#components/ui/copy-button";
import { DownloadArchive } from "#components/files/download-archive";
import { FileContent } from "#components/files/file-content";
import { UsedBy } from "#components/models/used-by";
import { Facts, PageHeader, Section } from "#components/ui/page";
import { Time } from "#components/ui/time";
import type { CodeDto, FilePreviewDto } from "#server/contract/asset";
import { fileAddress } from "../files/file-address";
import { apiUrl } from "../queries/fetcher";
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

interface CodePageProps {
  readonly code: CodeDto;
  /** The file that is shown; null when the code has none of the name that was asked for. */
  readonly preview: FilePreviewDto | null;
  readonly asked: string;
}

/** One version of a code folder, with a file of it to read; `#L12` in the address points at a line. */
export function CodePage({ code, preview, asked }: CodePageProps) {
  const { line, mark } = useMarkedLine(preview?.path ?? "");
  return (
    <>
      <PageHeader
        title={
          <span className="flex flex-wrap items-center gap-x-2">
            <span className="break-all">
              {code.name}:{code.version}
            </span>
            {code.anonymous ? <Badge>made for deployments</Badge> : null}
            {code.labels.map((label) => (
              <Badge key={label}>{label}</Badge>
            ))}
          </span>
        }
        description={
          <>
            {plural(code.files.length, "file")}, {formatBytes(code.sizeBytes)}, registered <Time at={code.createdAt} /> by {code.createdBy}
          </>
        }
        actions={<DownloadArchive urlOf={(format) => apiUrl(`/codes/${encodeURIComponent(code.id)}/download`, { format })} />}
      />
      <div className="grid gap-4 lg:grid-cols-[240px_minmax(0,1fr)]">
        <div className="flex flex-col gap-3">
          <nav aria-label="Files">
            <FileList code={code} shown={preview?.path ?? null} />
          </nav>
          <Facts facts={[{ name: "Used by", value: <UsedBy usedBy={code.usedBy} usedBefore={code.usedBefore} /> }]} className="px-3" />
        </div>
        {preview === null ? (
          <Callout tone="warn" title={`There is no file ${asked} in ${code.name}:${String(code.version)}.`} className="self-start" />
        ) : (
          <ShownFile preview={preview} marked={line} onMark={mark} />
        )}
      </div>
    </>
  );
}
