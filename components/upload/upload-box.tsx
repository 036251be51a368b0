"use client";
import { FileArchive, FileBox, FolderUp, RotateCcw, UploadCloud, X } from "lucide-react";
import { useRef, useState, type DragEvent } from "react";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Progress } from "#components/ui/progress";
import { cn } from "../ui/cn";
import { formatBytes, plural } from "../ui/format";
import { pick, type Picked } from "./picked";
import { readDrop } from "./read-drop";
import { useUpload, type Uploaded, type UploadState } from "./use-upload";

interface UploadBoxProps {
  readonly label: string;
  /** Folder name for loose files. */
  readonly looseName: string;
  readonly uploaded: Uploaded | null;
  readonly onUploaded: (uploaded: Uploaded | null) => void;
}

function Sending({ state, onStop, onRetry }: { readonly state: UploadState; readonly onStop: () => void; readonly onRetry: () => void }) {
  const { picked, sentBytes, totalBytes } = state;
  if (picked === null) return null;
  return (
    <div className="flex flex-col gap-2 rounded-lg border border-line bg-surface p-3">
      <div className="flex items-center justify-between gap-2">
        <span className="min-w-0 truncate">
          <span className="font-medium">{picked.rootName}</span>{" "}
          <span className="num text-muted">
            {formatBytes(sentBytes)} of {formatBytes(totalBytes)} · {plural(picked.files.length, "file")}
          </span>
        </span>
        {state.status === "failed" ? (
          <Button size="sm" onClick={onRetry}>
            <RotateCcw aria-hidden />
            Resume
          </Button>
        ) : (
          <Button size="sm" variant="ghost" onClick={onStop}>
            Cancel
          </Button>
        )}
      </div>
      <Progress
        label={`Upload of ${picked.rootName}`}
        value={totalBytes === 0 ? 1 : sentBytes / totalBytes}
        tone={state.status === "failed" ? "bad" : "accent"}
      />
      {state.error === null ? null : <ErrorCallout error={state.error} />}
    </div>
  );
}

function Done({ uploaded, onRemove }: { readonly uploaded: Uploaded; readonly onRemove: () => void }) {
  const Icon = uploaded.kind === "archive" ? FileArchive : uploaded.kind === "folder" ? FolderUp : FileBox;
  return (
    <div className="rounded-lg border border-line bg-surface p-3">
      <div className="flex items-center gap-2.5">
        <Icon aria-hidden className="size-4 shrink-0 text-ok" />
        <span className="min-w-0 flex-1 truncate">
          <span className="font-medium">{uploaded.content.rootName}</span>{" "}
          <span className="num text-muted">
            {formatBytes(uploaded.sizeBytes)} · {plural(uploaded.fileCount, "file")} · uploaded
          </span>
        </span>
        <Button size="sm" variant="ghost" onClick={onRemove}>
          <X aria-hidden />
          Remove
        </Button>
      </div>
      {uploaded.fileCount > 1 ? (
        <details className="pt-1 pl-6.5 text-sm">
          <summary className="text-muted hover:text-text">Files</summary>
          <ul className="mono scroll-thin max-h-40 overflow-y-auto pt-1 text-muted">
            {uploaded.paths.map((path) => (
              <li key={path}>{path}</li>
            ))}
          </ul>
        </details>
      ) : null}
    </div>
  );
}

/** Takes a file, a folder or an archive by drop or by choice, sends it with progress and goes on after a broken line. */
export function UploadBox({ label, looseName, uploaded, onUploaded }: UploadBoxProps) {
  const { state, start, stop } = useUpload(onUploaded);
  const [over, setOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (picked: Picked | null) => {
    if (picked !== null) start(picked);
  };
  const takeInput = (input: HTMLInputElement) => {
    const list = Array.from(input.files ?? [], (file) => ({ path: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath, file }));
    take(pick(list, looseName));
    input.value = "";
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void readDrop(event.dataTransfer).then((list) => take(pick(list, looseName)));
  };
  if (state.status !== "idle") return <Sending state={state} onStop={stop} onRetry={() => take(state.picked)} />;
  if (uploaded !== null) return <Done uploaded={uploaded} onRemove={() => onUploaded(null)} />;
  return (
    <div
      role="group"
      aria-label={label}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
      className={cn(
        "flex flex-col items-center gap-2.5 rounded-lg border border-dashed border-line-strong px-4 py-7 text-center transition-colors",
        over && "border-accent bg-accent-soft",
      )}
    >
      <UploadCloud aria-hidden className="size-5 text-muted" />
      <p className="text-muted">Drop a file, a folder or an archive (.zip, .tar, .tar.gz), or</p>
      <div className="flex flex-wrap justify-center gap-2">
        <Button size="sm" onClick={() => files.current?.click()}>
          Choose files
        </Button>
        <Button size="sm" onClick={() => folder.current?.click()}>
          Choose a folder
        </Button>
      </div>
      <input ref={files} type="file" multiple hidden aria-label={`${label}: files`} onChange={(event) => takeInput(event.currentTarget)} />
      <input
        ref={folder}
        type="file"
        multiple
        hidden
        aria-label={`${label}: folder`}
        onChange={(event) => takeInput(event.currentTarget)}
        {...{ webkitdirectory: "" }}
      />
    </div>
  );
}
