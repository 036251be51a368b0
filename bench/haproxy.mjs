// HAProxy as a program of this host, for benches that need the real proxy; SLUICE_TEST_HAPROXY skips preparing the machine.
import path from "node:path";
import { installation, root } from "../scripts/lib/context.mjs";

export const benchHome =
  process.env.SLUICE_TEST_HOME || (process.getuid?.() === 0 ? `/var/lib/sluice/${installation().id}-test` : path.join(root, ".sluice-test"));

/** @returns {Promise<string>} absolute path of the program */
export async function benchHaproxy() {
  if (process.env.SLUICE_TEST_HAPROXY) return process.env.SLUICE_TEST_HAPROXY;
  const { prepareMachine } = await import("../scripts/lib/machine.mjs");
  const { ensureHostHaproxy } = await import("../scripts/lib/haproxy.mjs");
  const { createSteps } = await import("../scripts/lib/steps.mjs");
  const log = (line) => console.log(`     ${line}`);
  const machine = await prepareMachine({ root, home: benchHome, logs: path.join(benchHome, "logs"), env: process.env, steps: createSteps(), log });
  return ensureHostHaproxy({ home: benchHome, docker: machine.docker, image: machine.images.gateway });
}
