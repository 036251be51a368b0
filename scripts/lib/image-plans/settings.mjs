// Settings of the platform images, read once from the environment.
import { existsSync, readFileSync } from "node:fs";
import { splitLogin } from "./logins.mjs";

/**
 * @typedef {object} ImageSettings
 * @property {"auto" | "never" | "always"} registryPull SLUICE_REGISTRY_PULL. `auto`: pull, and build here when no registry answers;
 *   `never`: always build here; `always`: never build here
 * @property {string | undefined} baseImage SLUICE_BASE_IMAGE: a Debian or Ubuntu image to use as it is
 * @property {string | undefined} pythonImage SLUICE_PYTHON_IMAGE: an image of that family with /usr/local/bin/python
 * @property {string | undefined} gatewayImage SLUICE_GATEWAY_IMAGE: an image with HAProxy 3.4
 * @property {string | undefined} nodeImage SLUICE_NODE_IMAGE: where Node comes from when the gateway's image is pulled
 * @property {string[]} extraCa PEM certificates that installs and scoring code shall trust besides the usual ones
 * @property {{ indexUrl: string, extraIndexUrl: string, trustedHost: string }} pip empty strings: the defaults of the tools
 * @property {string} logins netrc lines for the indexes; empty when none wants a login
 * @property {Record<string, string>} proxies build arguments of the engine's predefined names
 */

const PROXY_NAMES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];

/**
 * Reads the settings; a bad value throws an Error that names the variable and gives an example.
 * @param {Record<string, string | undefined>} env
 * @returns {ImageSettings}
 */
export function imageSettings(env) {
  const pull = env.SLUICE_REGISTRY_PULL || "auto";
  if (pull !== "auto" && pull !== "never" && pull !== "always") {
    throw new Error(`SLUICE_REGISTRY_PULL is "${pull}"; it must be auto, never or always. Example: SLUICE_REGISTRY_PULL=never`);
  }
  const index = splitLogin(env.SLUICE_PIP_INDEX_URL || withoutCredentials(env.PIP_INDEX_URL));
  const extraIndex = splitLogin(env.SLUICE_PIP_EXTRA_INDEX_URL || withoutCredentials(env.PIP_EXTRA_INDEX_URL));
  return {
    registryPull: pull,
    baseImage: env.SLUICE_BASE_IMAGE || undefined,
    pythonImage: env.SLUICE_PYTHON_IMAGE || undefined,
    gatewayImage: env.SLUICE_GATEWAY_IMAGE || undefined,
    nodeImage: env.SLUICE_NODE_IMAGE || undefined,
    extraCa: readExtraCa(env),
    pip: {
      indexUrl: index.address,
      extraIndexUrl: extraIndex.address,
      trustedHost: env.SLUICE_PIP_TRUSTED_HOST || "",
    },
    logins: index.netrc + extraIndex.netrc,
    proxies: Object.fromEntries(PROXY_NAMES.flatMap((name) => (env[name] ? [[name, env[name]]] : []))),
  };
}

/** A login of pip's own settings is its user's, and never taken over by itself. @param {string | undefined} url */
function withoutCredentials(url) {
  return url && !/\/\/[^/]*@/.test(url) ? url : "";
}

/** @param {Record<string, string | undefined>} env */
function readExtraCa(env) {
  const file = env.SLUICE_EXTRA_CA_FILE || env.NODE_EXTRA_CA_CERTS;
  if (!file) return [];
  const name = env.SLUICE_EXTRA_CA_FILE ? "SLUICE_EXTRA_CA_FILE" : "NODE_EXTRA_CA_CERTS";
  if (!existsSync(file)) {
    // Node itself only warns about its own variable.
    if (name === "NODE_EXTRA_CA_CERTS") return [];
    throw new Error(`${name} names a file that does not exist: ${file}. Example: ${name}=/etc/ssl/company-ca.pem`);
  }
  const found = readFileSync(file, "utf8").match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  if (!found) throw new Error(`${name} (${file}) holds no PEM certificate.`);
  return [...new Set(found.map((pem) => `${pem.replace(/\r/g, "")}\n`))];
}
