// All platform images: looked up by content hash, and made when missing. Independent chains run side by side.
import path from "node:path";
import { basePlan } from "./image-plans/base.mjs";
import { ImageError, imageExists, openLog } from "./image-plans/build.mjs";
import { gatewayPlan } from "./image-plans/gateway.mjs";
import { Registry } from "./image-plans/registry.mjs";
import { inferencePlan, initializerPlan, pythonBasePlan } from "./image-plans/serving.mjs";
import { imageSettings } from "./image-plans/settings.mjs";

export { GATEWAY_UID } from "./image-plans/gateway.mjs";
export { pipBuildArgs } from "./image-plans/serving.mjs";
export { ImageError, imageSettings };

/**
 * How to get one image: any of `refs` will do; `make` returns the one it made.
 * @typedef {{ name: string, refs: string[], make: (log: import("./image-plans/build.mjs").ImageLog) => Promise<string> }} Plan
 */
/** @typedef {{ base: string, pythonBase: string, gateway: string, inference: string, initializer: string }} Images */
/** @typedef {import("./image-plans/build.mjs").ImageContext} ImageContext */

/**
 * @typedef {object} ImageOptions
 * @property {import("dockerode")} docker
 * @property {string} root the project's folder
 * @property {string} home
 * @property {Record<string, string | undefined>} [env] read by imageSettings
 * @property {(line: string) => void} [log]
 * @property {(progress: import("./image-plans/build.mjs").ImageProgress) => void} [onProgress]
 * @property {string[]} [gatewayPrograms] default: the bundles of agent and mirror in dist below root; a gateway goes without one that is missing
 */

/**
 * Makes sure that every platform image exists and returns their references (`sluice/<name>:<12 hex digits>`).
 * Some milliseconds when all are there; a broken run continues where it stopped. Throws ImageError with log path and last lines.
 * @param {ImageOptions} options
 * @returns {Promise<Images>}
 */
export async function ensureImages(options) {
  const context = contextOf(options);
  const [gateway, python] = await allOrFirstFailure([ensure(context, gatewayPlan(context)), pythonChain(context)]);
  return { gateway, ...python };
}

/**
 * Only the gateway's image; for tests and for a rebuilt agent.
 * @param {ImageOptions} options
 */
export function ensureGatewayImage(options) {
  const context = contextOf(options);
  return ensure(context, gatewayPlan(context));
}

/**
 * Only the images that containers of deployments need; for the command line tool, which has no gateway.
 * @param {ImageOptions} options
 */
export function ensureServingImages(options) {
  return pythonChain(contextOf(options));
}

/** @param {ImageOptions} options @returns {ImageContext} */
function contextOf({
  docker,
  root,
  home,
  env = process.env,
  log = () => {},
  onProgress = () => {},
  gatewayPrograms = ["agent", "mirror"].map((name) => path.join(root, "dist", `gateway-${name}.mjs`)),
}) {
  const settings = imageSettings(env);
  return { docker, root, home: path.resolve(home), settings, registry: new Registry(docker, settings.registryPull), log, onProgress, gatewayPrograms };
}

/** @param {ImageContext} context */
async function pythonChain(context) {
  const plan = basePlan(context);
  /** @type {Promise<string> | undefined} */
  let making;
  const base = () => (making ??= ensure(context, plan));
  const [baseRef, pythonBase] = await allOrFirstFailure([base(), ensure(context, pythonBasePlan(context, base, plan.refs))]);
  const [inference, initializer] = await allOrFirstFailure([
    ensure(context, inferencePlan(context, pythonBase)),
    ensure(context, initializerPlan(context, pythonBase)),
  ]);
  return { base: baseRef, pythonBase, inference, initializer };
}

/**
 * Like Promise.all, but the others come to their end before the failure is told: nothing works on behind the caller's back.
 * @template {unknown[]} T
 * @param {{ [K in keyof T]: Promise<T[K]> }} promises
 * @returns {Promise<T>}
 */
async function allOrFirstFailure(promises) {
  await Promise.allSettled(promises);
  return /** @type {Promise<T>} */ (Promise.all(promises));
}

/** @param {ImageContext} context @param {Plan} plan */
async function ensure(context, plan) {
  const startedAt = performance.now();
  const tell = (/** @type {"present" | "working" | "ready"} */ state, /** @type {string} */ step) =>
    context.onProgress({ image: plan.name, state, step, ms: Math.round(performance.now() - startedAt) });
  for (const ref of plan.refs) {
    if (!(await imageExists(context.docker, ref))) continue;
    tell("present", ref);
    return ref;
  }
  const log = openLog(context.home, plan.name);
  tell("working", log.file);
  try {
    const ref = await plan.make(log);
    tell("ready", ref);
    return ref;
  } catch (error) {
    if (error instanceof ImageError) throw error;
    throw new ImageError(plan.name, /** @type {Error} */ (error).message, log.file);
  } finally {
    await log.close();
  }
}
