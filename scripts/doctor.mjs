// `npm run doctor`: what is missing here and how to mend it. Looks only, changes nothing. Exit code 1 when there is something to do.
import fs from "node:fs";
import { ownPorts } from "./lib/adopted.mjs";
import { run } from "./lib/apt.mjs";
import { checkSettings } from "./lib/check-settings.mjs";
import { command } from "./lib/command.mjs";
import { root, runningInstallation } from "./lib/context.mjs";
import { checkEngine } from "./lib/engine.mjs";
import { isInstalled } from "./lib/install.mjs";
import { portProblems, wantedPorts } from "./lib/ports.mjs";

const gibNeeded = 10;
const memoryGibNeeded = 3;

/** A list of findings that is printed while it grows. */
function createReport() {
  const todo = [];
  return {
    todo,
    check(ok, what, remedy) {
      console.log(`${ok ? "ok" : "!!"} ${what}`);
      if (!ok) todo.push(remedy);
    },
    note: (what) => console.log(`-- ${what}`),
  };
}

async function checkMachine({ check, note }, place) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  check(major > 20 || (major === 20 && minor >= 19), `Node.js ${process.versions.node}`, "Install Node.js 20.19 or newer.");
  const { MemTotal } = Object.fromEntries(fs.readFileSync("/proc/meminfo", "utf8").split("\n").map((row) => row.split(/:\s+/))); // prettier-ignore
  const memory = parseInt(MemTotal, 10) / 1024 ** 2;
  check(memory >= memoryGibNeeded, `${memory.toFixed(1)} GiB of memory`, `The product, its builds and two small models want ${memoryGibNeeded} GiB of memory.`);
  const folder = fs.existsSync(place.home) ? place.home : root;
  const { bavail, bsize } = fs.statfsSync(folder);
  const gib = (bavail * bsize) / 1024 ** 3;
  check(gib > gibNeeded, `${gib.toFixed(0)} GiB free at ${folder}`, "Images and models need room: free some disk, or put SLUICE_HOME on a larger one.");
  const rules = process.getuid?.() === 0 && (await run("iptables", ["-w", "10", "-L", "INPUT", "-n"])).code === 0;
  if (!rules) note("packet filter rules need root and iptables: without them containers reach ports of this host that listen on all addresses");
}

async function checkParts({ check, note }, place) {
  const engine = await checkEngine({ home: place.home, env: process.env });
  check(engine.ok, `Docker engine: ${engine.summary}`, engine.remedy ?? "Use a Docker engine: Podman is not supported.");
  for (const warning of engine.warnings) note(warning);
  if (!isInstalled(root)) return note("Node dependencies are not installed for this lock file; npm start installs them");
  check(true, "Node dependencies");
  const problem = await checkSettings(root, place).then(
    () => null,
    (error) => error.message,
  );
  check(problem === null, "settings of this shell", problem);
}

async function checkPorts({ check }, place) {
  const engine = await checkEngine({ home: place.home, env: process.env });
  const own = await ownPorts(place, engine.engine);
  const wanted = wantedPorts(place, (port) => own.has(port));
  const problems = await portProblems(wanted);
  check(problems.length === 0, `ports ${wanted.map(({ port }) => port).join(", ")}`, problems.join("\n  - "));
}

command(async () => {
  const { place, running } = runningInstallation();
  const report = createReport();
  await checkMachine(report, place);
  await checkParts(report, place);
  if (running) report.check(true, `Sluice is ${running.phase} (process ${running.pid}); how its parts do: npm run status`);
  else await checkPorts(report, place);
  console.log(report.todo.length === 0 ? "\nNothing is missing." : `\nTo do:\n${report.todo.map((item) => `  - ${item}`).join("\n")}`);
  return report.todo.length === 0 ? 0 : 1;
});
