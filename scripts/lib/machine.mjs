// What start, dev and test share: from an empty machine to dependencies, engine and images.
import path from "node:path";
import { ensureEngine } from "./engine.mjs";
import { bundleProcesses, generateClient } from "./build.mjs";
import { installDependencies } from "./install.mjs";

/**
 * Installs Node dependencies and the engine side by side, then builds bundles and images.
 * `steps` reports progress. Answers `{ engine, images }`; images are references by name.
 */
export async function prepareMachine({ root, home, logs, env, steps, log }) {
  const [, engine] = await Promise.all([
    steps.step("node dependencies", async () => ({ note: (await installDependencies(root, logs)) ? "installed" : "up to date" })),
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
  const images = await steps.step("images", () =>
    ensureImages({
      docker,
      root,
      home,
      env,
      log,
      agentBundle: path.join(root, "dist/gateway-agent.mjs"),
      onProgress: ({ image, state, step, ms }) =>
        state === "ready" && ms > 1000 && log(`${image}: ${step ?? "ready"} after ${(ms / 1000).toFixed(1)} s (log: ${logs}/images/${image}.log)`),
    }),
  );
  return { engine, images, docker };
}
