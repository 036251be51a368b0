// `npm run reset`: removes this installation's containers, networks, volumes, images, network rules, engine and data folder. Asks first; `--yes`
// answers. Images that all installations of one engine share stay, unless `--images` is given.
import fs from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { runningDatabase } from "./lib/adopted.mjs";
import { command } from "./lib/command.mjs";
import { installation, runningStart } from "./lib/context.mjs";
import { engineForRemoval, removeOwnEngine } from "./lib/engine-end.mjs";
import { removeFirewall } from "./lib/firewall.mjs";
import { endLeftovers } from "./lib/processes.mjs";

async function isSure(place) {
  if (process.argv.includes("--yes")) return true;
  console.log(`This deletes every endpoint, model, log and figure in ${place.home}.`);
  if (place.ownDatabase) console.log("The database behind DATABASE_URL is yours: it is left as it is.");
  const ask = createInterface({ input: process.stdin, output: process.stdout });
  const ended = new Promise((resolve) => ask.once("close", () => resolve("")));
  const answer = await Promise.race([ask.question(`Type the installation's id (${place.id}) to go on: `), ended]);
  ask.close();
  return answer.trim() === place.id;
}

/** Removes what the engine holds of this installation; answers how many of each. */
async function removeFromEngine(place, docker, withSharedImages) {
  const filters = { label: [`io.sluice.installation=${place.id}`] };
  const containers = await docker.listContainers({ all: true, filters });
  for (const { Id } of containers) await docker.getContainer(Id).remove({ force: true, v: true });
  const networks = await docker.listNetworks({ filters });
  for (const { Id } of networks) await docker.getNetwork(Id).remove();
  const volumes = (await docker.listVolumes({ filters })).Volumes ?? [];
  for (const { Name } of volumes) await docker.getVolume(Name).remove();
  const images = await docker.listImages();
  const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []);
  const chosen = tags.filter((tag) => tag.startsWith(`sluice-${place.id}/`) || (withSharedImages && tag.startsWith("sluice/")));
  let removed = 0;
  for (const tag of chosen)
    await docker.getImage(tag).remove().then(
      () => (removed += 1),
      (error) => console.log(`  ${tag} stays: ${error.json?.message ?? error.message}`),
    ); // prettier-ignore
  return `${containers.length} containers, ${networks.length} networks, ${volumes.length} volumes, ${removed} images`;
}

command(async () => {
  const place = installation();
  if (runningStart(place.stateFile)) throw new Error("Sluice runs. End it first: npm stop");
  if (!(await isSure(place))) {
    console.log("\nNothing was deleted.");
    return 1;
  }
  await endLeftovers(place.pidFile, console.log);
  const database = runningDatabase(place.home);
  if (database) process.kill(database.pid, "SIGQUIT");
  const engine = await engineForRemoval(place, console.log);
  let kept = [];
  if (engine) {
    const { default: Docker } = await import("dockerode");
    const docker = new Docker({ socketPath: engine.socketPath });
    console.log(`  removed ${await removeFromEngine(place, docker, process.argv.includes("--images"))}`);
    if (!(await removeOwnEngine(place, docker, console.log))) kept = ["engine", "engine.json"];
  } else console.log("  no Docker engine answers: what a stopped one holds of this installation stays in it");
  if (await removeFirewall({ id: place.id })) console.log("  removed the packet filter rules");
  for (const name of fs.existsSync(place.home) ? fs.readdirSync(place.home) : [])
    if (!kept.includes(name)) fs.rmSync(path.join(place.home, name), { recursive: true, force: true });
  if (kept.length === 0) fs.rmSync(place.home, { recursive: true, force: true });
  console.log("Deleted. npm start begins anew.");
  return 0;
});
