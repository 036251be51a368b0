// `npm run status`: what runs, and whether it answers. Exit code 0: everything does; 1: something does not; 3: nothing runs.
import { findEngine, gatewayPorts, runningDatabase, servingContainers } from "./lib/adopted.mjs";
import { answers, reachable } from "./lib/answers.mjs";
import { command } from "./lib/command.mjs";
import { runningInstallation } from "./lib/context.mjs";

const ago = (at) => {
  const seconds = Math.round((Date.now() - at) / 1000);
  return seconds < 120 ? `${seconds} s` : seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
};

async function look(place, running) {
  const studio = { host: reachable(place.studioHost), port: place.studioPort, path: "/health/ready" };
  const gateway = { secure: true, host: reachable(place.gatewayBind), port: place.gatewayPort, path: "/endpoints/status-probe/score" };
  const loopback = (port) => ({ host: "127.0.0.1", port, path: "/health" });
  const engine = await findEngine(place.home);
  const [studioUp, controlUp, ingesterUp, queriesUp, gatewayUp, containers] = await Promise.all([
    answers(studio, 200),
    answers(loopback(place.controlPort), 200),
    answers(loopback(place.ingesterPort), 200),
    answers({ socketPath: `${place.home}/run/telemetry-query.sock`, path: "/health" }, 200),
    answers(gateway, 404),
    servingContainers(place, engine),
  ]);
  const ours = containers.some(({ kind }) => kind === "gateway");
  const instances = containers.filter(({ kind }) => kind === "instance").length;
  return [
    ["studio", studioUp && running, `ready at ${running?.studioUrl ?? `http://${place.studioHost}:${place.studioPort}`}`],
    ["control plane", controlUp && running, "ready"],
    ["ingester", ingesterUp && running, "ready"],
    ["query worker", queriesUp && running, "ready"],
    ["database", place.ownDatabase ? running : runningDatabase(place.home), place.ownDatabase ? "your own (DATABASE_URL)" : `port ${place.postgresPort}`],
    ["gateway", gatewayUp && ours, `serving at ${running?.gatewayUrl ?? `https://${place.gatewayHost}:${place.gatewayPort}`}, ${instances} instances`],
    ["engine", engine, `Docker ${engine?.version} at ${engine?.socketPath}`],
  ];
}

command(async () => {
  const { place: known, running } = runningInstallation();
  // A gateway that serves without a start keeps the ports that it was given then.
  const place = running ? known : { ...known, gatewayPort: gatewayPorts(known.home)[0] ?? known.gatewayPort };
  const rows = await look(place, running);
  const line = (name, text) => console.log(`${name.padEnd(14)} ${text}`);
  line("sluice", running ? `${running.phase} for ${ago(running.startedAt)} (process ${running.pid})` : "not running; start it: npm start");
  for (const [name, up, text] of rows) line(name, up ? text : "no answer");
  line("data", place.home);
  if (running) return rows.every(([, up]) => up) ? 0 : 1;
  if (rows.some(([name, up]) => name === "gateway" && up))
    console.log("\nGateway and instances go on serving without the rest. npm start takes them up, npm stop ends them.");
  return 3;
});
