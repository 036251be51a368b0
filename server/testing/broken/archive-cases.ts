import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import type { BrokenCase } from "./types";

async function tarOf(name: string, content: Buffer): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name }, content);
  archive.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of archive as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}

export const archiveCases: readonly BrokenCase[] = [
  {
    wrong: "An archive bomb: 120 MiB of zeros in a few kilobytes",
    stage: "when the archive is unpacked",
    reason: "archive.suspicious_ratio",
    message: "The archive unpacks to more than … times its size.",
    hint: "Upload the files themselves: a model does not shrink that much.",
    mend: "Upload the file as it is, without an archive around it.",
    budget: 30,
    fault: { kind: "archive", archiveKind: "tar.gz", archive: async () => gzipSync(await tarOf("zeros.bin", Buffer.alloc(120 * 1024 * 1024)), { level: 9 }) },
  },
  {
    wrong: "An archive with `../../etc/passwd` in it",
    stage: "when the archive is unpacked",
    reason: "archive.unsafe_path",
    message: 'The path "../../etc/passwd" leaves the archive.',
    hint: "Pack the folder's contents by relative paths: tar -C model -czf model.tgz .",
    mend: "Pack the folder again, from inside it.",
    budget: 10,
    fault: { kind: "archive", archiveKind: "tar", archive: () => tarOf("../../etc/passwd", Buffer.from("root")) },
  },
];
