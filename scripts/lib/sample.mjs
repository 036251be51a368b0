// The sample of the first start: trains two models inside the environment's own image and deploys them as any script would.
import fs from "node:fs";
import https from "node:https";
import { isIP } from "node:net";
import os from "node:os";
import path from "node:path";
import tls from "node:tls";
import { reachable } from "./answers.mjs";
import { createApi } from "./api.mjs";
import { trainExample } from "./train.mjs";

const endpointName = "diabetes";
const environmentName = "sklearn-inference";

export const sampleUrl = (gatewayUrl) => `${gatewayUrl}/endpoints/${endpointName}/score`;

/** Whether the engine has the image; it may have been swept or pruned since it was built. */
const isOnEngine = (docker, reference) =>
  docker
    .getImage(reference)
    .inspect()
    .then(
      () => true,
      (error) => (error.statusCode === 404 ? false : Promise.reject(error)),
    );

/** The image of the environment, built now if it was not before or is gone. */
async function builtEnvironment(api, docker, root) {
  const conda = fs.readFileSync(path.join(root, "examples/diabetes/environment/conda.yaml"), "utf8");
  const known = await api.call("GET", `/environments/${environmentName}`).catch((error) => (error.status === 404 ? null : Promise.reject(error)));
  const latest = known?.items[0];
  const build = latest && (await api.call("GET", `/environments/${environmentName}/versions/${latest.version}`)).build;
  // What failed in an earlier start (no network, say) or is no longer there is built anew by another version.
  const useless = build?.state === "Failed" || (build?.state === "Succeeded" && !(await isOnEngine(docker, build.imageRef)));
  const version =
    (useless ? null : latest) ??
    (await api.call("POST", "/environments", { name: environmentName, condaFile: conda, description: "scikit-learn with the inference server", build: true }));
  const settled = await api.until(
    "building the sample's image",
    `/environments/${environmentName}/versions/${version.version}`,
    async ({ build }) => (build?.state === "Succeeded" && (await isOnEngine(docker, build.imageRef))) || build?.state === "Failed",
    600_000,
  );
  if (settled.build.state === "Failed") throw new Error(`the sample's image could not be built: ${settled.build.message} ${settled.build.hint ?? ""}`);
  return settled;
}

/** One request through the gateway; resolves with status, deployment and body. `trustFile` is trusted besides the usual authorities. */
function score({ gatewayUrl, bind, trustFile }, key, body) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(gatewayUrl);
    const name = hostname.replace(/^\[|\]$/g, "");
    const request = https.request(
      {
        // The name in the certificate may be one that this machine does not resolve.
        host: reachable(bind),
        ...(isIP(name) ? {} : { servername: name }),
        checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(name, certificate),
        port: port || 443,
        path: `/endpoints/${endpointName}/score`,
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        ca: [...tls.rootCertificates, fs.readFileSync(trustFile)],
        timeout: 10_000,
      },
      (response) => {
        let text = "";
        response.on("data", (piece) => (text += piece));
        response.on("end", () => resolve({ status: response.statusCode, deployment: response.headers["azureml-model-deployment"], body: text }));
      },
    );
    request.on("timeout", () => request.destroy(new Error("the gateway did not answer within 10 s")));
    request.on("error", reject);
    request.end(body);
  });
}

/** The script with the request that training wrote down beside it, where the test console and the doctor find it. */
async function registerCode(api, root, trained) {
  const folder = path.join(trained, "onlinescoring");
  fs.cpSync(path.join(root, "examples/diabetes/onlinescoring"), folder, { recursive: true });
  fs.copyFileSync(path.join(trained, "sample-request.json"), path.join(folder, "sample-request.json"));
  return api.call("POST", "/codes", {
    name: "diabetes-scoring",
    description: "Scores with any of the sample's models.",
    content: await api.uploadFolder(folder),
  });
}

async function deploy(api, root, environment, trained) {
  const missing = (error) => (error.status === 404 ? null : Promise.reject(error));
  const existing = await api.call("GET", `/endpoints/${endpointName}`).catch(missing);
  if (!existing)
    await api.call("POST", "/endpoints", {
      name: endpointName,
      description: "Disease progression one year after baseline, from ten measurements.",
      tags: { sample: "true" },
    });
  const codes = await api.call("GET", "/codes");
  const code = codes.items.find((item) => item.name === "diabetes-scoring") ?? (await registerCode(api, root, trained));
  for (const name of ["blue", "green"]) {
    const model =
      (await api.call("GET", `/models/diabetes-${name}`).catch(missing))?.items[0] ??
      (await api.call("POST", "/models", { name: `diabetes-${name}`, content: await api.uploadFolder(path.join(trained, name)) }));
    if (await api.call("GET", `/endpoints/${endpointName}/deployments/${name}`).catch(missing)) continue;
    await api.call("POST", `/endpoints/${endpointName}/deployments`, {
      name,
      model: model.id,
      code: code.id,
      scoringScript: "score.py",
      environment: environment.id,
      instanceType: "sluice.small",
      instanceCount: 1,
    });
  }
}

async function awaitReady(api) {
  for (const name of ["blue", "green"]) {
    const state = await api.until(
      `starting ${name}`,
      `/endpoints/${endpointName}/deployments/${name}`,
      ({ provisioningState, observedGeneration, generation }) =>
        observedGeneration >= generation && (provisioningState === "Succeeded" || provisioningState === "Failed"),
      240_000,
    );
    if (state.provisioningState === "Failed")
      throw new Error(`${name} could not start: ${JSON.stringify(state.conditions.filter((condition) => condition.status === "False"))}`);
  }
}

/**
 * Deploys the sample unless it stands already, and proves it by a scored request. Answers `{ url, curl, answer }` for the welcome.
 */
export async function deploySample({ root, place, docker, studioUrl, gatewayUrl, certificate, token, step }) {
  const { caFile, trustFile } = certificate;
  const api = createApi(studioUrl, token);
  const environment = await step("sample image", () => builtEnvironment(api, docker, root));
  const trained = fs.mkdtempSync(path.join(os.tmpdir(), "sluice-sample-"));
  try {
    await step("sample training", () => trainExample({ docker, image: environment.build.imageRef, root, installation: place.id, output: trained }));
    await step("sample deployments", async () => {
      await deploy(api, root, environment, trained);
      await awaitReady(api);
      const { generation, traffic } = await api.call("GET", `/endpoints/${endpointName}`);
      if (traffic.blue !== 90) await api.call("PUT", `/endpoints/${endpointName}/traffic`, { generation, traffic: { blue: 90, green: 10 } });
      await api.until("applying the split", `/endpoints/${endpointName}`, ({ receipt }) => receipt?.state === "applied", 30_000);
    });
    const { primaryKey } = await api.call("GET", `/endpoints/${endpointName}/keys`);
    const body = fs.readFileSync(path.join(trained, "sample-request.json"), "utf8");
    const answer = await score({ gatewayUrl, bind: place.gatewayBind, trustFile }, primaryKey, body);
    if (answer.status !== 200) throw new Error(`the sample answered ${answer.status}: ${answer.body}`);
    const url = sampleUrl(gatewayUrl);
    const curl = `curl ${caFile ? `--cacert ${caFile} ` : ""}-H "Authorization: Bearer ${primaryKey}" -H "Content-Type: application/json" -d '${body}' ${url}`;
    return { url, curl, answer };
  } finally {
    fs.rmSync(trained, { recursive: true, force: true });
  }
}
