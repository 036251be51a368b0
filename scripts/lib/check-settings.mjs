// All settings by their rules, before anything starts.
import fs from "node:fs";
import path from "node:path";

/**
 * Throws one message with every wrong setting. The rules are the product's own (server/kernel/env.ts), read from source; they need the Node
 * dependencies, so the very first start can only ask after those are installed.
 */
export async function checkSettings(root, place, env = process.env) {
  const { tsImport } = await import("tsx/esm/api");
  const { settingsProblems } = await tsImport(path.join(root, "server/kernel/env.ts"), import.meta.url);
  const derived = {
    SLUICE_HOME: place.home,
    SLUICE_ID: place.id,
    DATABASE_URL: `postgresql://sluice@127.0.0.1:${place.postgresPort}/sluice`,
    SLUICE_POSTGRES_PORT: String(place.postgresPort),
    SLUICE_CONTROL_PORT: String(place.controlPort),
    SLUICE_INGESTER_PORT: String(place.ingesterPort),
  };
  const problems = [...settingsProblems({ ...derived, ...Object.fromEntries(Object.entries(env).filter(([, value]) => value !== "")) })];
  const { imageSettings } = await import("./image-plans/settings.mjs");
  const { readOwnCertificate } = await import("./tls.mjs");
  const ownCertificate = () => env.SLUICE_TLS_CERT_FILE && env.SLUICE_TLS_KEY_FILE && readOwnCertificate(env, place.gatewayHost);
  for (const read of [() => imageSettings(env), () => masterKeyFile(env), ownCertificate]) {
    try {
      read();
    } catch (error) {
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new Error(`These settings are wrong:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
}

/** The key of SLUICE_MASTER_KEY_FILE; undefined when there is no such setting. */
export function masterKeyFile(env) {
  const file = env.SLUICE_MASTER_KEY_FILE;
  if (!file) return undefined;
  const example = "(example: openssl rand -hex 32 > /etc/sluice/master.key)";
  let text;
  try {
    text = fs.readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new Error(`SLUICE_MASTER_KEY_FILE names a file that cannot be read: ${error.message} ${example}`, { cause: error });
  }
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw new Error(`SLUICE_MASTER_KEY_FILE (${file}) must hold 64 hexadecimal digits and nothing else ${example}`);
  return text;
}
