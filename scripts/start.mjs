// `npm start`: from an empty machine to a running product. Every step is skipped when its result is there already, so a broken run resumes.
import { ownPorts, findEngine } from "./lib/adopted.mjs";
import { buildStudio } from "./lib/build.mjs";
import { renewCertificate } from "./lib/certificate-renewal.mjs";
import { checkSettings } from "./lib/check-settings.mjs";
import { command } from "./lib/command.mjs";
import { alreadyRuns, claimStart, installation, root, runningStart } from "./lib/context.mjs";
import { endEngine } from "./lib/engine-end.mjs";
import { clearCache, ensureAccount, ensureHome } from "./lib/home.mjs";
import { isInstalled } from "./lib/install.mjs";
import { prepareMachine } from "./lib/machine.mjs";
import { portProblems, wantedPorts } from "./lib/ports.mjs";
import { endLeftovers } from "./lib/processes.mjs";
import { createSteps } from "./lib/steps.mjs";
import { removeStaleBridges } from "./lib/stale-bridges.mjs";
import { chooseSupernet } from "./lib/supernet.mjs";
import { productEnvironment, startSupervisor } from "./lib/supervise.mjs";

const say = (line = "") => console.log(line);

/** Everything that can be known to fail is said before anything is made. */
async function refuseEarly(place) {
  const running = runningStart(place.stateFile);
  if (running) throw alreadyRuns(running);
  if (isInstalled(root)) await checkSettings(root, place);
  await endLeftovers(place.pidFile, say);
  let problems = await portProblems(wantedPorts(place));
  if (problems.length > 0) {
    const own = await ownPorts(place, await findEngine(place.home));
    problems = await portProblems(wantedPorts(place, (port) => own.has(port)));
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

async function applyNetworkRules(place, docker) {
  const { applyFirewall } = await import("./lib/firewall.mjs");
  const networks = await docker.listNetworks();
  place.supernet = chooseSupernet(place, networks);
  for (const bridge of await removeStaleBridges(place.supernet, networks)) say(`     removed ${bridge}, which an earlier engine left behind`);
  const allowPorts = [place.gatewayPort];
  return applyFirewall({ id: place.id, supernet: place.supernet, allowPorts, log: (line) => say(`     ${line}`) });
}

async function prepare(place, account, steps) {
  const log = (line) => say(`     ${line}`);
  const check = () => checkSettings(root, place);
  const machine = await prepareMachine({ root, home: place.home, logs: place.logs, env: process.env, steps, log, check });
  const { ensureCertificate } = await import("./lib/tls.mjs");
  const certificate = await ensureCertificate(place.home, { host: place.gatewayHost, domain: place.gatewayDomain }, process.env);
  for (const warning of certificate.warnings) log(warning);
  const build = async () => ({ note: (await buildStudio(root, place.logs)) ? "built" : "up to date" });
  await Promise.all([
    process.env.SLUICE_DEV === "1" ? undefined : steps.step("studio build", build, `${place.logs}/studio-build.log`),
    steps.step("network rules", () => applyNetworkRules(place, machine.docker)),
  ]);
  return { machine, certificate, env: productEnvironment(place, account, machine, certificate) };
}

/** Answers signals for the whole life of a start: before the supervisor runs they end this process, afterwards they end everything in order. */
function answerSignals(claim) {
  const state = { supervisor: null, stopping: false };
  const answer = (code) => {
    if (state.supervisor === null) {
      claim.release();
      say("\nBroken off. The next npm start goes on from here.");
      process.exit(code);
    }
    if (!state.stopping) claim.update({ phase: "stopping" });
    state.stopping = true;
    state.supervisor.stop();
  };
  process.on("SIGTERM", () => answer(143));
  process.on("SIGINT", () => answer(130));
  return state;
}

async function main() {
  const place = installation();
  await refuseEarly(place);
  say(`Sluice · data in ${place.home}`);
  const account = ensureAccount();
  ensureHome(place.home, account);
  const claim = claimStart(place);
  const state = answerSignals(claim);
  try {
    clearCache(place.home);
    const steps = createSteps(say);
    const { machine, certificate, env } = await prepare(place, account, steps);
    state.supervisor = startSupervisor(root, env);
    return await accompany({ place, claim, state, steps, machine, certificate });
  } finally {
    // Last, because `npm stop` takes this entry's absence as the end: a start after it must not meet our engine on its way out.
    claim.release();
  }
}

/** From the supervisor's start to its end; answers the exit code. */
async function accompany({ place, claim, state, steps, machine, certificate }) {
  let failed = false;
  try {
    const ready = await steps.step("processes", () => state.supervisor.ready);
    const { welcome } = await import("./lib/welcome.mjs");
    claim.update({ studioUrl: ready.studioUrl, gatewayUrl: ready.gatewayUrl, databaseUrl: ready.databaseUrl });
    await welcome({ root, place, machine, certificate, steps, ready, say });
    if (!state.stopping) claim.update({ phase: "ready" });
    renewCertificate({ home: place.home, names: { host: place.gatewayHost, domain: place.gatewayDomain }, env: process.env, say });
    say(`Ready in ${(steps.done() / 1000).toFixed(1)} s. Ctrl-C stops everything.`);
  } catch (error) {
    failed = !state.stopping;
    if (failed) say(`\nSluice could not start.\n${error instanceof Error ? error.message : error}`);
    state.supervisor.stop();
  }
  const outcome = await state.supervisor.ended;
  if (!state.stopping && !failed) {
    say(`\nThe supervisor ended unexpectedly (${outcome}). Gateway and instances go on serving; npm start takes them up again.`);
    return 1;
  }
  if (process.env.SLUICE_KEEP_SERVING !== "1") await endEngine(place, machine.docker, say);
  say("Stopped.");
  return failed ? 1 : 0;
}

command(() =>
  main().catch((error) => {
    throw new Error(`\nSluice could not start.\n${error instanceof Error ? error.message : error}`, { cause: error });
  }),
);
