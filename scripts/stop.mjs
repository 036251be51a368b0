// `npm stop`: ends a running product in order and waits for it; what goes on serving without it (a start that was killed, or SLUICE_KEEP_SERVING=1)
// is ended as well.
import { setTimeout as delay } from "node:timers/promises";
import { findEngine, servingContainers } from "./lib/adopted.mjs";
import { command } from "./lib/command.mjs";
import { installation, runningStart } from "./lib/context.mjs";
import { endEngine } from "./lib/engine-end.mjs";
import { endLeftovers } from "./lib/processes.mjs";

const limitMs = 90_000;

async function stopRunning(place, running) {
  process.kill(running.pid, "SIGTERM");
  for (const end = Date.now() + limitMs; Date.now() < end; await delay(100)) if (!runningStart(place.stateFile)) return true;
  return false;
}

/** Stops containers that serve without a product; answers their names. */
async function stopServing(docker, containers) {
  const grace = 5;
  // The gateway first: it must not send requests to instances that are going.
  for (const kind of ["gateway", "instance"]) {
    const chosen = containers.filter((container) => (container.kind === "gateway") === (kind === "gateway"));
    await Promise.all(
      chosen.map(({ name }) =>
        docker
          .getContainer(name)
          .stop({ t: grace })
          .catch(() => {}),
      ),
    );
  }
  return containers.map(({ name }) => name);
}

command(async () => {
  const place = installation();
  const running = runningStart(place.stateFile);
  if (running) {
    if (!(await stopRunning(place, running))) throw new Error(`process ${running.pid} did not end within ${limitMs / 1000} s; its log is in ${place.logs}`);
    console.log("Sluice stopped.");
    return 0;
  }
  const processes = await endLeftovers(place.pidFile, console.log);
  const engine = await findEngine(place.home);
  const containers = await servingContainers(place, engine);
  if (processes.length === 0 && containers.length === 0 && !engine?.startedByUs) {
    console.log("Sluice does not run here.");
    return 0;
  }
  const { default: Docker } = await import("dockerode");
  const docker = engine ? new Docker({ socketPath: engine.socketPath }) : null;
  const ended = [...processes, ...(await stopServing(docker, containers))];
  if (ended.length > 0) console.log(`Sluice did not run; ended what it had left: ${ended.join(", ")}.`);
  await endEngine(place, docker, console.log);
  return 0;
});
