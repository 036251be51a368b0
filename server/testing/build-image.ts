import { createHash } from "node:crypto";
import type Docker from "dockerode";
import { pack } from "tar-stream";

/** Builds an image from texts; `Dockerfile` is one of them. Rejects with the engine's own word. */
export async function buildText(docker: Docker, tag: string, files: Readonly<Record<string, string>>, options: Docker.ImageBuildOptions = {}): Promise<void> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  const stream = await docker.buildImage(archive as unknown as NodeJS.ReadableStream, { t: tag, rm: true, forcerm: true, ...options });
  await followed(docker, stream);
}

/** The end of a stream of progress; rejects when one of its events is a failure. */
export function followed(docker: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error, events: { error?: string }[]) => {
      const failure = error?.message ?? events.find((event) => event.error !== undefined)?.error;
      if (failure === undefined) resolve();
      else reject(new Error(failure));
    });
  });
}

/** An image of texts that is made once per content and kept for later runs. */
export async function keepImage(
  docker: Docker,
  name: string,
  files: Readonly<Record<string, string>>,
  buildargs: Record<string, string> = {},
): Promise<string> {
  const hash = createHash("sha256")
    .update(JSON.stringify([files, buildargs]))
    .digest("hex")
    .slice(0, 12);
  const tag = `sluice-test/${name}:${hash}`;
  const known = await docker
    .getImage(tag)
    .inspect()
    .catch(() => null);
  if (known === null) await buildText(docker, tag, files, { buildargs });
  return tag;
}
