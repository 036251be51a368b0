import { X509Certificate } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { connect } from "node:tls";
import { generate } from "selfsigned";
import { failures } from "../fixtures/scorer";
import { expect, test } from "../fixtures/test";
import { until } from "../fixtures/until";

/** Another certificate of the product's own authority, with its key, as a renewal writes it. */
async function renewed(folder: string): Promise<string> {
  const authority = { key: readFileSync(path.join(folder, "ca.key"), "utf8"), cert: readFileSync(path.join(folder, "ca.pem"), "utf8") };
  const pems = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    notAfterDate: new Date(Date.now() + 200 * 24 * 3600 * 1000),
    ca: authority,
    extensions: [
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 2, value: "*.endpoints.localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  return `${pems.cert.trim()}\n${pems.private.trim()}\n`;
}

/** What a caller who connects now is shown. */
const shown = (port: number, ca: Buffer): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ca }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? "");
      socket.destroy();
    });
    socket.on("error", reject);
  });

test("a renewed certificate comes into force without a restart and without a failed request", async ({ world }) => {
  const { product } = world;
  const endpoint = await world.serve("renewal", { blue: 100 }, { concurrency: 16 });
  const scorer = await world.scorer(endpoint, undefined, true);
  const served = path.join(product.home, "tls/gateway.pem");
  const ca = readFileSync(product.caFile);
  const pem = await renewed(path.dirname(served));
  const wanted = new X509Certificate(pem).fingerprint256;
  const load = scorer.startLoad(10);
  expect(await shown(product.gatewayPort, ca)).not.toBe(wanted);
  writeFileSync(`${served}.spec`, pem, { mode: 0o600 });
  renameSync(`${served}.spec`, served);
  await until("the renewed certificate", async () => ((await shown(product.gatewayPort, ca)) === wanted ? true : null), { limitMs: 30_000, everyMs: 250 });
  expect(failures(await load.stop())).toEqual([]);
});
