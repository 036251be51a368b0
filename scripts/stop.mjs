// `npm stop`: ends a running product in order and waits for it.
import { setTimeout as delay } from "node:timers/promises";
import { installation, runningSupervisor } from "./lib/context.mjs";

const { stateFile } = installation();
const running = runningSupervisor(stateFile);
if (!running) {
  console.log("Sluice does not run here.");
  process.exit(0);
}
process.kill(running.pid, "SIGTERM");
for (let round = 0; round < 600 && runningSupervisor(stateFile); round += 1) await delay(100);
if (runningSupervisor(stateFile)) {
  console.error(`process ${running.pid} did not end within 60 s`);
  process.exit(1);
}
console.log("Sluice stopped.");
