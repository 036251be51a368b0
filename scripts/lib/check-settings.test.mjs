import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { checkSettings } from "./check-settings.mjs";
import { installation, root } from "./context.mjs";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "settings-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const check = (/** @type {Record<string, string>} */ env) => checkSettings(root, installation({ SLUICE_HOME: folder }), env);

it("has nothing against an empty environment or empty values", async () => {
  await expect(check({})).resolves.toBeUndefined();
  await expect(check({ DATABASE_URL: "", SLUICE_GATEWAY_HTTP_PORT: "", SLUICE_OIDC_ISSUER: "" })).resolves.toBeUndefined();
});

it("names every wrong setting of every kind in one message", async () => {
  const key = path.join(folder, "master.key");
  fs.writeFileSync(key, "short");
  const env = {
    SLUICE_CURRENCY: "euro",
    SLUICE_EXTRA_CA_FILE: "/nowhere/ca.pem",
    SLUICE_MASTER_KEY_FILE: key,
    SLUICE_TLS_CERT_FILE: "/nowhere/own.pem",
    SLUICE_TLS_KEY_FILE: "/nowhere/own.key",
    DOCKER_HOST: "ssh://build.example.com",
  };
  const message = await check(env).catch((error) => error.message);
  for (const name of Object.keys(env)) if (name !== "SLUICE_TLS_KEY_FILE") expect(message).toMatch(new RegExp(`\\n  - ${name} `));
  expect(message).not.toContain("short");
});
