// What start, dev and test share: from an empty machine to dependencies, engine and images.
import { ensureEngine } from "./engine.mjs";
import { bundleProcesses, generateClient } from "./build.mjs";
import { installDependencies } from "./install.mjs";

/** Like Promise.all, but the others come to their end before the failure is told: a package manager must not be cut off half-way. */
async function allOrFirstFailure(work) {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/**
 * Installs Node dependencies and the engine side by side, then builds bundles and images.
 * `steps` reports progress; `check` looks at the settings as soon as the dependencies are there. Answers `{ engine, images, docker }`; images are
 * references by name.
 */
export async function prepareMachine({ root, home, logs, env, steps, log, check = () => {} }) {
  const install = async () => ({ note: (await installDependencies(root, logs)) ? "installed" : "up to date" });
  const [, engine] = await allOrFirstFailure([
    steps.step("node dependencies", install, `${logs}/npm-ci.log`).then(check),
    steps.step("docker engine", async () => {
      const found = await ensureEngine({ home, env, log });
      return { ...found, note: `${found.version}${found.startedByUs ? ", ours" : ""}` };
    }),
  ]);
  await steps.step("database client", () => generateClient(root, logs));
  await steps.step("process bundles", () => bundleProcesses(root));
  const { default: Docker } = await import("dockerode");
  const { ensureImages } = await import("./images.mjs");
  const docker = new Docker({ socketPath: engine.socketPath });
  const onProgress = ({ image, state, step, ms }) =>
    state === "ready" && ms > 1000 && log(`${image}: ${step ?? "ready"} after ${(ms / 1000).toFixed(1)} s (log: ${logs}/images/${image}.log)`);
  const images = await steps.step("images", () => ensureImages({ docker, root, home, env, log, onProgress }), `${logs}/images/`);
  return { engine, images, docker };
}
