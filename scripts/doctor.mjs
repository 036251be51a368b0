// `npm run doctor`: what is missing here and how to mend it.
import fs from "node:fs";
import { installation, root, runningSupervisor } from "./lib/context.mjs";
import { checkEngine } from "./lib/engine.mjs";
import { isFree } from "./lib/ports.mjs";

const place = installation();
const findings = [];
const check = (ok, what, remedy) => {
  console.log(`${ok ? "ok" : "!!"} ${what}`);
  if (!ok) findings.push(remedy);
};

const [major, minor] = process.versions.node.split(".").map(Number);
check(major > 20 || (major === 20 && minor >= 19), `Node.js ${process.versions.node}`, "Install Node.js 20.19 or newer.");
const engine = await checkEngine({ home: place.home, env: process.env });
check(engine.ok, `Docker engine: ${engine.detail}`, engine.remedy);
check(fs.existsSync(`${root}/node_modules`), "Node dependencies", "Run: npm start (it installs them), or npm ci.");
const running = runningSupervisor(place.stateFile);
if (running) console.log(`ok Sluice runs as process ${running.pid}`);
else
  for (const [port, variable] of [
    [place.studioPort, "SLUICE_STUDIO_PORT"],
    [place.gatewayPort, "SLUICE_GATEWAY_PORT"],
    [place.postgresPort, "SLUICE_POSTGRES_PORT"],
  ])
    check(await isFree(port), `port ${port} is free`, `Something uses port ${port}. End it, or set ${variable}.`);
const folder = fs.existsSync(place.home) ? place.home : "/";
const { bavail, bsize } = fs.statfsSync(folder);
const gib = (bavail * bsize) / 1024 ** 3;
check(gib > 10, `${gib.toFixed(0)} GiB free at ${folder}`, "Images and models need room: free some disk, or put SLUICE_HOME on a larger one.");
if (findings.length === 0) console.log("\nNothing is missing.");
else console.log(`\nTo do:\n${findings.map((finding) => `  - ${finding}`).join("\n")}`);
process.exit(findings.length === 0 ? 0 : 1);
