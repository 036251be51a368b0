// Real models for the sample of the first start and for tests, trained where they will be served.
import fs from "node:fs";
import path from "node:path";
import tar from "tar-stream";

/**
 * Runs examples/diabetes/train.py in a container without network from a built image.
 * @param {object} options
 * @param {import("dockerode")} options.docker
 * @param {string} options.image image with scikit-learn
 * @param {string} options.root folder of the product
 * @param {string} options.installation id that the container is labelled with
 * @param {string} options.output folder that gets `blue/model.joblib`, `green/model.joblib` and `sample-request.json`
 * @returns {Promise<void>}
 */
export async function trainExample({ docker, image, root, installation, output }) {
  const name = `sluice-${installation}-sample-training`;
  // A start that was killed here left its own.
  await docker
    .getContainer(name)
    .remove({ force: true })
    .catch(() => {});
  const script = fs.readFileSync(path.join(root, "examples/diabetes/train.py"));
  const container = await docker.createContainer({
    name,
    Image: image,
    Entrypoint: ["python"],
    Cmd: ["/tmp/train.py", "/tmp/trained"],
    HostConfig: { NetworkMode: "none", Memory: 1024 ** 3 },
    Labels: { "io.sluice.installation": installation, "io.sluice.kind": "sample-training" },
  });
  try {
    const pack = tar.pack();
    pack.entry({ name: "train.py", mode: 0o644 }, script);
    pack.finalize();
    await container.putArchive(/** @type {any} */ (pack), { path: "/tmp" });
    await container.start();
    const { StatusCode } = await container.wait();
    const log = (await container.logs({ stdout: true, stderr: true })).toString("utf8");
    if (StatusCode !== 0) throw new Error(`training ended with ${StatusCode}:\n${log.slice(-2000)}`);
    await unpack(await container.getArchive({ path: "/tmp/trained" }), output);
  } finally {
    await container.remove({ force: true });
  }
}

async function unpack(stream, output) {
  const extract = tar.extract();
  stream.pipe(extract);
  for await (const entry of extract) {
    if (entry.header.type === "file") {
      const file = path.join(output, entry.header.name.split("/").slice(1).join("/"));
      fs.mkdirSync(path.dirname(file), { recursive: true });
      /** @type {Buffer[]} */
      const pieces = [];
      for await (const piece of entry) pieces.push(/** @type {Buffer} */ (piece));
      fs.writeFileSync(file, Buffer.concat(pieces));
    } else entry.resume();
  }
}
