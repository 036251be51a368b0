import { X509Certificate } from "node:crypto";
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import path from "node:path";
import { connect } from "node:tls";
import { generate } from "selfsigned";
import { certificateFor } from "#server/testing/certificates";
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

/** What the gateway says at a domain to a caller without a key, who trusts this one certificate; null where the handshake fails. */
const saidAt = (port: number, domain: string, trusted: string): Promise<string | null> =>
  new Promise((resolve) => {
    const sent = request(
      { host: "127.0.0.1", port, servername: domain, ca: trusted, method: "POST", path: "/score", headers: { host: domain }, agent: false },
      (response) => {
        response.resume();
        resolve(String(response.headers["x-ms-error-code"]));
      },
    );
    sent.on("error", () => resolve(null));
    sent.end("{}");
  });

/** A line of a private key that tells it from every other. */
const secretOf = ({ privateKey }: { readonly privateKey: string }): string => String(privateKey.split("\n")[1]);

/** Files below a folder that hold a text. */
function filesWith(folder: string, text: string): string[] {
  const files = readdirSync(folder, { recursive: true }).map((name) => path.join(folder, String(name)));
  return files.filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true && readFileSync(file).includes(text));
}

test("an endpoint's own domain is served with its own certificate, then with another, and with none once it is removed; its key is nowhere else", async ({
  world,
}) => {
  const { product, api } = world;
  const endpoint = await world.endpoint("owned");
  const domain = `${endpoint}.acme.example`;
  const [first, second] = [await certificateFor([domain]), await certificateFor([domain])];
  const said = (trusted: string) => saidAt(product.gatewayPort, domain, trusted);
  const until401 = ({ certificate }: typeof first) => until("the certificate", async () => ((await said(certificate)) === "Unauthorized" ? true : null));
  await api.call("POST", `/endpoints/${endpoint}/domains`, { name: domain, ...first });
  await until401(first);
  const gatewayFolder = path.join(product.home, "gateway");
  expect(filesWith(gatewayFolder, secretOf(first)).map((file) => path.basename(file))).toEqual([`${domain}.pem`]);
  expect(filesWith(path.join(product.home, "logs"), secretOf(first))).toEqual([]);
  await api.call("PUT", `/endpoints/${endpoint}/domains/${domain}`, second);
  await until401(second);
  expect(await said(first.certificate)).toBeNull();
  await api.call("DELETE", `/endpoints/${endpoint}/domains/${domain}`);
  await until("no certificate", async () => ((await said(second.certificate)) === null ? true : null));
  await until("no file", () => Promise.resolve(filesWith(gatewayFolder, secretOf(second)).length === 0 ? true : null));
});
