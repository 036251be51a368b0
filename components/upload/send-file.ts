import { uploadChunkBytes, type UploadDto } from "../../server/contract/asset";
import { problemSchema } from "../../server/contract/common";
import { ApiError, apiGet, apiUrl } from "../queries/fetcher";

// A line that drops for a moment must not cost the upload: about half a minute of trying per chunk.
const retryDelaysMs = [500, 1000, 2000, 4000, 8000, 16_000];

async function call<T>(method: string, url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, { method, ...init });
  if (response.ok) return (await response.json()) as T;
  const parsed = problemSchema.safeParse(await response.json().catch(() => null));
  throw new ApiError(
    parsed.success
      ? parsed.data.error
      : { kind: "unavailable", code: "studio.unreachable", message: `The studio answered ${response.status}.`, fields: [], requestId: "" },
    response.status,
  );
}

const mayPass = (error: unknown): boolean => !(error instanceof ApiError) || error.problem.kind === "unavailable" || error.problem.kind === "rate_limited";

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
      },
      { once: true },
    );
  });
}

async function insist<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (const delayMs of retryDelaysMs) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !mayPass(error)) throw error;
      // A folder of very many files reaches the limit of calls a minute; the server says when it has passed.
      await pause(Math.max(delayMs, error instanceof ApiError ? (error.problem.retryAfterMs ?? 0) : 0), signal);
    }
  }
  return work();
}

async function sha256Hex(bytes: ArrayBuffer): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The same file picked again goes on where it stopped, also after a reload.
const memoryKey = (file: File, path: string) => `sluice.upload:${path}:${file.size}:${file.lastModified}`;

async function openUpload(file: File, path: string, signal: AbortSignal): Promise<UploadDto> {
  const known = sessionStorage.getItem(memoryKey(file, path));
  if (known !== null) {
    const upload = await apiGet<UploadDto>(`/uploads/${known}`, {}, signal).catch(() => null);
    if (upload !== null && upload.sizeBytes === file.size && upload.state !== "Aborted") return upload;
  }
  const opened = await insist(
    () =>
      call<UploadDto>("POST", apiUrl("/uploads"), {
        body: JSON.stringify({ fileName: path, sizeBytes: file.size }),
        headers: { "content-type": "application/json" },
        signal,
      }),
    signal,
  );
  sessionStorage.setItem(memoryKey(file, path), opened.id);
  return opened;
}

/** Sends one file in chunks, each with its checksum, skipping what already arrived; `onBytes` gets what was added. Resolves to the upload's id. */
export async function sendFile(file: File, path: string, onBytes: (added: number) => void, signal: AbortSignal): Promise<string> {
  const upload = await openUpload(file, path, signal);
  const chunkBytes = upload.chunkBytes > 0 ? upload.chunkBytes : uploadChunkBytes;
  if (upload.state === "Completed") {
    onBytes(file.size);
    return upload.id;
  }
  const received = new Set(upload.receivedChunks);
  for (let index = 0; index * chunkBytes < file.size; index += 1) {
    const blob = file.slice(index * chunkBytes, (index + 1) * chunkBytes);
    if (!received.has(index)) {
      const bytes = await blob.arrayBuffer();
      const headers = { "content-type": "application/octet-stream", "x-sluice-sha256": await sha256Hex(bytes) };
      await insist(() => call<unknown>("PUT", apiUrl(`/uploads/${upload.id}/chunks/${index}`), { body: bytes, headers, signal }), signal);
    }
    onBytes(blob.size);
  }
  await insist(
    () => call<unknown>("POST", apiUrl(`/uploads/${upload.id}/complete`), { signal, body: "{}", headers: { "content-type": "application/json" } }),
    signal,
  );
  return upload.id;
}
