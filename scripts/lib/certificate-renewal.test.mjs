import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { generate } from "selfsigned";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { renewCertificate } from "./certificate-renewal.mjs";

/** @type {string} */
let home;
/** @type {(() => void) | undefined} */
let end;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "renewal-"));
  fs.mkdirSync(path.join(home, "tls"));
});
afterEach(() => {
  end?.();
  fs.rmSync(home, { recursive: true, force: true });
});

const env = () => ({ SLUICE_TLS_CERT_FILE: path.join(home, "own.pem"), SLUICE_TLS_KEY_FILE: path.join(home, "own.key") });
async function writePair() {
  const pems = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
  });
  fs.writeFileSync(env().SLUICE_TLS_CERT_FILE, pems.cert);
  fs.writeFileSync(env().SLUICE_TLS_KEY_FILE, pems.private);
  return `${pems.cert.trim()}\n${pems.private.trim()}\n`;
}

const served = () => fs.readFileSync(path.join(home, "tls/gateway.pem"), "utf8");

it("takes up renewed files, keeps what it has while a pair is no pair, and says so once", async () => {
  /** @type {string[]} */
  const said = [];
  const first = await writePair();
  end = renewCertificate({ home, names: { host: "localhost", domain: "endpoints.localhost" }, env: env(), say: (line) => said.push(line), everyMs: 10 });
  await vi.waitFor(() => expect(served()).toBe(first));

  // Renewed by somebody who writes one file after the other.
  const key = fs.readFileSync(env().SLUICE_TLS_KEY_FILE, "utf8");
  const second = await writePair();
  await vi.waitFor(() => expect(served()).toBe(second));
  fs.writeFileSync(env().SLUICE_TLS_KEY_FILE, key);
  await vi.waitFor(() => expect(said.length).toBeGreaterThan(0));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(said).toEqual([expect.stringMatching(/SLUICE_TLS_KEY_FILE .* is not the key .* stays in force/s)]);
  expect(served()).toBe(second);
});
