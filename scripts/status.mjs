// `npm run status`: what runs, and whether it answers.
import http from "node:http";
import https from "node:https";
import { installation, runningSupervisor } from "./lib/context.mjs";

const place = installation();
const running = runningSupervisor(place.stateFile);
const ask = (client, options) =>
  new Promise((resolve) => {
    const request = client.get({ timeout: 2000, rejectUnauthorized: false, ...options }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(null));
  });

const rows = [
  ["supervisor", running ? `process ${running.pid}, up ${Math.round((Date.now() - running.startedAt) / 1000)} s` : "not running"],
  [
    "studio",
    (await ask(http, { host: place.studioHost, port: place.studioPort, path: "/health/ready" })) === 200
      ? `ready at http://${place.studioHost}:${place.studioPort}`
      : "no answer",
  ],
  ["control plane", (await ask(http, { host: "127.0.0.1", port: place.controlPort, path: "/health" })) === 200 ? "ready" : "no answer"],
  ["ingester", (await ask(http, { host: "127.0.0.1", port: place.ingesterPort, path: "/health" })) === 200 ? "ready" : "no answer"],
  [
    "gateway",
    (await ask(https, { host: "127.0.0.1", port: place.gatewayPort, path: "/endpoints/status-probe/score" })) === 404
      ? `serving at https://${place.gatewayHost}:${place.gatewayPort}`
      : "no answer",
  ],
];
for (const [name, state] of rows) console.log(`${name.padEnd(14)} ${state}`);
console.log(`${"data".padEnd(14)} ${place.home}`);
process.exit(running ? 0 : 3);
