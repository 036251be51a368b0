import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { extract } from "tar-stream";
import { CommandFailure } from "./project/failure";
import { getStream, type ServerAddress } from "./server";

/** Where a file of an archive belongs; nothing that a server sends leaves the folder. */
function placeOf(folder: string, name: string): string {
  const place = path.resolve(folder, name);
  if (place.startsWith(`${path.resolve(folder)}${path.sep}`)) return place;
  throw new CommandFailure(`The server sent the path ${name}, which lies outside ${folder}.`, "Ask who runs the server.");
}

async function writeNew(place: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  await mkdir(path.dirname(place), { recursive: true });
  await pipeline(content, createWriteStream(place, { flags: "wx" })).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "EEXIST")
      throw new CommandFailure(`${place} exists.`, "Name an empty folder with --to, or take the file away.");
    throw error;
  });
}

/** Fetches an archive of the management API and unpacks it as it comes; files that exist are left alone. Answers how many were written. */
export async function downloadInto(address: ServerAddress, apiPath: string, folder: string): Promise<number> {
  const archive = extract();
  const sending = pipeline(await getStream(address, apiPath), archive);
  let written = 0;
  const writing = (async () => {
    for await (const entry of archive) {
      await writeNew(placeOf(folder, entry.header.name), entry as unknown as AsyncIterable<Uint8Array>);
      written += 1;
    }
  })();
  const [sent, wrote] = await Promise.allSettled([sending, writing]);
  if (wrote.status === "rejected" && wrote.reason instanceof CommandFailure) throw wrote.reason;
  const failed = [sent, wrote].find((one) => one.status === "rejected");
  if (failed === undefined) return written;
  throw new CommandFailure(
    `The download broke off after ${String(written)} files: ${String(failed.reason)}`,
    `Take ${folder} away and try again; the server's log says more.`,
  );
}
