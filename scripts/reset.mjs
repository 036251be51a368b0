// `npm run reset`: removes this installation's containers, networks, volumes, network rules and data folder. Asks first; `--yes` answers.
import fs from "node:fs";
import { createInterface } from "node:readline/promises";
import { installation, runningSupervisor } from "./lib/context.mjs";
import { checkEngine, stopEngine } from "./lib/engine.mjs";
import { removeFirewall } from "./lib/firewall.mjs";

const place = installation();
if (runningSupervisor(place.stateFile)) {
  console.error("Sluice runs. End it first: npm stop");
  process.exit(1);
}
if (!process.argv.includes("--yes")) {
  const ask = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await ask.question(`This deletes every endpoint, model, log and figure in ${place.home}. Type the installation's id (${place.id}) to go on: `);
  ask.close();
  if (answer.trim() !== place.id) {
    console.log("Nothing was deleted.");
    process.exit(1);
  }
}
const engine = await checkEngine({ home: place.home, env: process.env });
if (engine.ok) {
  const { default: Docker } = await import("dockerode");
  const docker = new Docker({ socketPath: engine.socketPath });
  const filters = { label: [`io.sluice.installation=${place.id}`] };
  for (const { Id } of await docker.listContainers({ all: true, filters })) await docker.getContainer(Id).remove({ force: true, v: true });
  for (const { Id } of await docker.listNetworks({ filters })) await docker.getNetwork(Id).remove();
  for (const { Name } of (await docker.listVolumes({ filters })).Volumes ?? []) await docker.getVolume(Name).remove();
}
await removeFirewall({ id: place.id });
await stopEngine({ home: place.home });
fs.rmSync(place.home, { recursive: true, force: true });
console.log("Deleted. npm start begins anew.");
