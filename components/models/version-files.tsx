"use client";
import { Download, Eye } from "lucide-react";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { CopyButton } from "#components/ui/copy-button";
import { FileContent } from "#components/files/file-content";
import { Dialog } from "#components/ui/dialog";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import type { ModelVersionDto } from "#server/contract/asset";
import { downloadUrl, useFilePreview } from "../queries/use-assets";
import { formatBytes } from "../ui/format";

function PreviewDialog({ model, path, onClose }: { readonly model: ModelVersionDto; readonly path: string | null; readonly onClose: () => void }) {
  const { data, error } = useFilePreview(model, path);
  return (
    <Dialog
      open={path !== null}
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={path ?? ""}
      className="max-w-220"
      footer={
        path === null ? undefined : (
          <Button asChild>
            <a href={downloadUrl(model, path)} download>
              <Download aria-hidden />
              Download
            </a>
          </Button>
        )
      }
    >
      {error !== null ? (
        <p className="text-bad">{error.message}</p>
      ) : data === undefined ? (
        <p className="text-muted">Reading…</p>
      ) : (
        <FileContent preview={data} className="max-h-[60vh]" />
      )}
    </Dialog>
  );
}

/** Files of a version, each to look into and to save. */
export function VersionFiles({ model }: { readonly model: ModelVersionDto }) {
  const [shown, setShown] = useState<string | null>(null);
  return (
    <>
      <Table label={`Files of version ${String(model.version)}`}>
        <TableHead>
          <tr>
            <Th>Path</Th>
            <Th numeric>Size</Th>
            <Th>SHA-256</Th>
            <Th>
              <span className="sr-only">Actions</span>
            </Th>
          </tr>
        </TableHead>
        <TableBody>
          {model.files.map((file) => (
            <Tr key={file.path}>
              <Td className="mono">{file.path}</Td>
              <Td numeric>{formatBytes(file.sizeBytes)}</Td>
              <Td className="mono text-muted">
                <span className="inline-flex items-center gap-1">
                  {file.sha256.slice(0, 12)}…<CopyButton value={file.sha256} label={`Copy the checksum of ${file.path}`} />
                </span>
              </Td>
              <Td>
                <Button size="sm" variant="ghost" onClick={() => setShown(file.path)} aria-label={`Preview ${file.path}`}>
                  <Eye aria-hidden />
                  Preview
                </Button>
              </Td>
            </Tr>
          ))}
        </TableBody>
      </Table>
      <PreviewDialog model={model} path={shown} onClose={() => setShown(null)} />
    </>
  );
}
