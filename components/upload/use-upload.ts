"use client";
import { useCallback, useEffect, useRef, useState } from "react";
import type { z } from "zod";
import type { assetContentSchema } from "../../server/contract/asset";
import type { Problem } from "../../server/contract/common";
import { definesScoring } from "../../server/domain/model/detect";
import { toProblem } from "../queries/fetcher";
import type { Picked } from "./picked";
import { sendFile } from "./send-file";

export type AssetContent = z.input<typeof assetContentSchema>;

/** Something that lies complete on the server and can become an asset. */
export interface Uploaded {
  readonly content: AssetContent;
  readonly kind: Picked["kind"];
  readonly fileCount: number;
  readonly sizeBytes: number;
  /** Python files with `init` and `run`; null when they are inside an archive and not known yet. */
  readonly scoringScripts: readonly string[] | null;
  readonly paths: readonly string[];
}

export interface UploadState {
  readonly status: "idle" | "sending" | "failed";
  readonly picked: Picked | null;
  readonly sentBytes: number;
  readonly totalBytes: number;
  readonly error: Problem["error"] | null;
}

const idle: UploadState = { status: "idle", picked: null, sentBytes: 0, totalBytes: 0, error: null };
// Browsers open six connections to a host; polling needs some of them.
const parallelFiles = 3;
// Larger than any script that a person wrote.
const scriptBytes = 1024 * 1024;
const listedPaths = 200;

async function findScripts(picked: Picked): Promise<readonly string[] | null> {
  if (picked.kind === "archive") return null;
  const scripts = picked.files.filter(({ path, file }) => path.endsWith(".py") && file.size <= scriptBytes);
  const found = await Promise.all(scripts.map(async ({ path, file }) => (definesScoring(await file.text()) ? [path] : [])));
  return found.flat();
}

async function sendAll(picked: Picked, onBytes: (added: number) => void, signal: AbortSignal): Promise<AssetContent> {
  const uploads: { uploadId: string; path: string }[] = [];
  const waiting = [...picked.files];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      uploads.push({ uploadId: await sendFile(next.file, next.path, onBytes, signal), path: next.path });
    }
  };
  await Promise.all(Array.from({ length: parallelFiles }, worker));
  uploads.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { rootName: picked.rootName, isFile: picked.kind === "file", unpack: picked.kind === "archive", uploads };
}

/** Sends what was picked and gives it to `onDone`; can be stopped and gone on with. */
export function useUpload(onDone: (uploaded: Uploaded) => void): {
  readonly state: UploadState;
  readonly start: (picked: Picked) => void;
  readonly stop: () => void;
} {
  const [state, setState] = useState<UploadState>(idle);
  const running = useRef<AbortController | null>(null);
  const done = useRef(onDone);
  useEffect(() => {
    done.current = onDone;
  }, [onDone]);
  useEffect(() => () => running.current?.abort(), []);

  const stop = useCallback(() => {
    running.current?.abort();
    running.current = null;
    setState(idle);
  }, []);

  const start = useCallback((picked: Picked) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const totalBytes = picked.files.reduce((sum, { file }) => sum + file.size, 0);
    setState({ status: "sending", picked, sentBytes: 0, totalBytes, error: null });
    const onBytes = (added: number) => setState((before) => (controller.signal.aborted ? before : { ...before, sentBytes: before.sentBytes + added }));
    Promise.all([sendAll(picked, onBytes, controller.signal), findScripts(picked)]).then(
      ([content, scoringScripts]) => {
        if (controller.signal.aborted) return;
        setState(idle);
        done.current({
          content,
          kind: picked.kind,
          fileCount: picked.files.length,
          sizeBytes: totalBytes,
          scoringScripts,
          paths: picked.files.slice(0, listedPaths).map(({ path }) => path),
        });
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setState((before) => ({ ...before, status: "failed", error: toProblem(error) }));
        controller.abort();
      },
    );
  }, []);
  return { state, start, stop };
}
