"use client";
import type { FilePreviewDto } from "#server/contract/asset";
import { formatBytes } from "../ui/format";
import { SourceLines } from "./source-lines";

interface FileContentProps {
  readonly preview: FilePreviewDto;
  readonly marked?: number | null;
  readonly onMark?: (line: number) => void;
  readonly className?: string;
}

/** As much of a file as a page shows: its text, its picture, or why neither. */
export function FileContent({ preview, className, ...lines }: FileContentProps) {
  if (preview.kind === "image" && preview.image !== null)
    return <img src={preview.image} alt={preview.path} className="max-h-[60vh] self-center rounded-md border border-line object-contain" />;
  if (preview.kind !== "text" || preview.text === null)
    return <p className="text-muted">This file is neither a text nor a small picture. Download it to look inside.</p>;
  return (
    <>
      <SourceLines label={`Content of ${preview.path}`} text={preview.text} language={preview.language} className={className} {...lines} />
      {preview.truncated ? <p className="text-sm text-muted">The first part of {formatBytes(preview.sizeBytes)}.</p> : null}
    </>
  );
}
