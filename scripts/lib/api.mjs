// The management API as any script uses it, with an access token.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const chunkBytes = 8 * 1024 * 1024;

/** A small client: JSON in, JSON out; a refusal is thrown with the API's own sentence. */
export function createApi(studioUrl, token) {
  async function call(method, at, body, headers = {}) {
    const raw = body instanceof Uint8Array;
    const response = await fetch(`${studioUrl}/api/v1${at}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined || raw ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: raw ? Buffer.from(body) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = text === "" ? null : JSON.parse(text);
    if (!response.ok)
      throw Object.assign(new Error(`${method} ${at}: ${answer?.error?.code ?? response.status}: ${answer?.error?.message ?? text}`), {
        status: response.status,
        problem: answer?.error,
      });
    return answer;
  }

  /** Uploads one buffer in checked chunks and answers the upload's id. */
  async function upload(fileName, content) {
    const { id } = await call("POST", "/uploads", { fileName, sizeBytes: content.length });
    for (let at = 0, index = 0; at < content.length; at += chunkBytes, index += 1) {
      const chunk = content.subarray(at, at + chunkBytes);
      await call("PUT", `/uploads/${id}/chunks/${index}`, chunk, { "x-sluice-sha256": createHash("sha256").update(chunk).digest("hex") });
    }
    await call("POST", `/uploads/${id}/complete`);
    return id;
  }

  /** Uploads every file of a folder and answers the asset content that names them. */
  async function uploadFolder(folder) {
    const uploads = [];
    for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath ?? entry.path, entry.name);
      uploads.push({ uploadId: await upload(entry.name, fs.readFileSync(file)), path: path.relative(folder, file) });
    }
    return { rootName: path.basename(folder), isFile: false, uploads };
  }

  /** Asks until `done` answers something truthy; gives up after `limitMs` with the last state seen. */
  async function until(what, at, done, limitMs) {
    const deadline = Date.now() + limitMs;
    for (;;) {
      const state = await call("GET", at);
      const outcome = await done(state);
      if (outcome) return state;
      if (Date.now() > deadline) throw new Error(`${what} took longer than ${limitMs / 1000} s; last state: ${JSON.stringify(state).slice(0, 800)}`);
      await delay(500);
    }
  }

  return { call, upload, uploadFolder, until };
}
