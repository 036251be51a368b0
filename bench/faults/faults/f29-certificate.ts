import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { connect } from "node:tls";
import { generate } from "selfsigned";
import { until } from "../../../playwright/fixtures/until";
import { judged, measure, type Fault } from "../measure";

/** New connections a second: each load is a handshake per request. */
const handshakesPerSecond = 50;

/** Serial number of the certificate that a new connection is shown. */
function serialNow(port: number, ca: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ca }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.end();
    });
    socket.on("error", reject);
  });
}

async function renewed(tlsFolder: string): Promise<string> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    ca: { key: readFileSync(path.join(tlsFolder, "ca.key"), "utf8"), cert: readFileSync(path.join(tlsFolder, "ca.pem"), "utf8") },
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }, { type: 7, ip: "127.0.0.1" }] },
    ],
  }); // prettier-ignore
  return `${cert.trim()}\n${key.trim()}\n`;
}

export const renewedCertificate: Fault = {
  id: "F29",
  title: "the certificate is replaced under new connections",
  allowed: "0 failed handshakes",
  async run(stage, span) {
    const { product } = stage.world;
    const ca = readFileSync(product.caFile);
    const file = path.join(product.home, `gateway/gw_${product.installationId}/tls/gateway.pem`);
    const original = readFileSync(file, "utf8");
    const fresh = { name: "new connections", endpoint: stage.quick, perSecond: handshakesPerSecond, freshConnections: true };
    const measured = await measure(stage, [fresh, ...stage.standing()], span, async (watch) => {
      const replace = async (pem: string): Promise<void> => {
        const before = await serialNow(product.gatewayPort, ca);
        writeFileSync(file, pem);
        await until("the new certificate to be shown", async () => (await serialNow(product.gatewayPort, ca)) !== before);
      };
      await replace(await renewed(path.join(product.home, "tls")));
      watch.recovered();
      await watch.hold(span.ms);
      await replace(original);
    });
    return judged(measured, (judge) => judge.noFailures(measured), [`shown ${String(measured.recoverMs)} ms after the file was replaced`]);
  },
};
