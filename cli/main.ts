import path from "node:path";
import { Command } from "commander";
import { createDockerDriver } from "#server/drivers/docker/driver";
import { systemClock } from "#server/kernel/clock";
import { readProductTexts, scaffoldFolders } from "#server/kernel/product-texts";
import { down, invoke, logs, logSources, type LogSource } from "./local/commands";
import { writeEditorFiles } from "./local/editor";
import { localDeploymentId, localInstallation } from "./local/names";
import { findState, listStates, removeState, stateFolder, type LocalState, type Selection } from "./local/state";
import { up } from "./local/up";
import { watchPlaces } from "./local/watch";
import { complain, interrupted, linesWanted, positive, readable, say } from "./options";
import type { Machine, Platform } from "./platform";
import { CommandFailure } from "./project/failure";
import { loadProject, type LocalProject } from "./project/load";
import type { NoCode } from "./project/scaffold";
import { serve } from "./serve";
import { serverCommands } from "./server-commands";

function tell(failure: unknown): void {
  if (!(failure instanceof CommandFailure)) {
    complain(failure instanceof Error ? (failure.stack ?? failure.message) : String(failure));
    return;
  }
  for (const line of failure.lines) complain(`  ${line}`);
  complain(failure.message);
  complain(`→ ${failure.remedy}`);
}

const selectable = (command: Command): Command =>
  command.option("-e, --endpoint <name>", "when several are up").option("-d, --deployment <name>", "when several are up");

async function machineOf(platform: Platform): Promise<Machine> {
  const socketPath = await platform.engineSocket();
  const images = await platform.images();
  return { images, driver: createDockerDriver({ socketPath, installation: localInstallation, clock: systemClock }) };
}

function announce(state: LocalState, project: LocalProject, debug: boolean): void {
  say(`scoring     ${state.baseUrl}${state.scoringPath}`);
  if (debug) say(`debugger    ${new URL(state.baseUrl).hostname}:5678`);
  say(`try it      sluice local invoke -e ${project.endpoint} -d ${project.deployment} --data '{"data": []}'`);
}

interface UpFlags {
  readonly file: string;
  readonly watch?: boolean;
  readonly vscode?: boolean;
  readonly force?: boolean;
}

const noCodeOf = ({ root }: Platform): NoCode => ({
  texts: readProductTexts(root, scaffoldFolders),
  folderOf: (endpoint, deployment) => path.join(stateFolder(endpoint, deployment), "generated"),
});

async function localUp(platform: Platform, flags: UpFlags): Promise<void> {
  const machine = await machineOf(platform);
  const debug = flags.vscode === true;
  const noCode = noCodeOf(platform);
  let project = await loadProject(flags.file, noCode);
  for (const note of project.notes) say(`note        ${note}`);
  const state = await up(platform, machine, project, { debug, say });
  if (debug) for (const file of await writeEditorFiles(project, state, flags.force === true)) say(`wrote       ${path.relative(process.cwd(), file)}`);
  announce(state, project, debug);
  if (flags.watch !== true) return;
  const signal = interrupted();
  say("watching    Ctrl-C ends the watching; the container stays up");
  const onBlind = (place: string, error: Error): void => say(`watching    ${place} can be watched no more: ${error.message}`);
  const onChange = async (): Promise<readonly string[]> => {
    say("changed     bringing it up again");
    try {
      project = await loadProject(flags.file, noCode);
      await up(platform, machine, project, { debug, say });
    } catch (failure) {
      tell(failure);
      say("watching    waiting for the next change");
    }
    return project.watched;
  };
  await watchPlaces(project.watched, onChange, { signal, onBlind });
}

interface InvokeFlags extends Selection {
  readonly data?: string;
  readonly requestFile?: string;
  readonly path?: string;
  readonly contentType: string;
}

async function localInvoke(platform: Platform, flags: InvokeFlags): Promise<void> {
  const state = await findState(flags);
  const answer = await invoke(await machineOf(platform), state, flags);
  for (const line of answer.lines) complain(`  ${line}`);
  complain(`${String(answer.status)} after ${answer.elapsedMs.toFixed(0)} ms from ${state.endpoint}/${state.deployment}`);
  say(answer.body);
  if (answer.status < 200 || answer.status > 299) process.exitCode = 1;
}

async function localDown(platform: Platform, flags: Selection & { readonly all?: boolean }): Promise<void> {
  const machine = await machineOf(platform);
  const states = flags.all === true ? await listStates() : [await findState(flags)];
  for (const state of states) {
    await down(machine, localDeploymentId(state.endpoint, state.deployment));
    await removeState(state);
    say(`${state.endpoint}/${state.deployment} is gone`);
  }
}

function localCommands(program: Command, platform: Platform): void {
  const local = program.command("local").description("deployments on your own engine, from the YAML of a real one");
  local
    .command("up")
    .description("build the image, start the container, wait until it is ready")
    .requiredOption("-f, --file <yaml>", "the deployment's YAML")
    .option("-w, --watch", "bring it up again whenever something changes")
    .option("--vscode", "with a debugger at port 5678, and files for the editor")
    .option("--force", "overwrite the editor's files")
    .action((flags: UpFlags) => localUp(platform, flags));
  selectable(local.command("invoke").description("score one request"))
    .option("--data <json>", "the body")
    .option("-r, --request-file <file>", 'a file with the body, or "-"')
    .option("--path <path>", "another path than the scoring route")
    .option("--content-type <type>", "of the body", "application/json")
    .action((flags: InvokeFlags) => localInvoke(platform, flags));
  readable(selectable(local.command("logs").description("lines of the container, its staging or its build")), logSources, "default 100").action(
    async (flags: Selection & { container: LogSource; tail: string; follow?: boolean }) => {
      const options = { source: flags.container, tail: linesWanted(flags.tail), follow: flags.follow === true, signal: interrupted() };
      for await (const line of logs(await machineOf(platform), await findState(flags), options)) say(line);
    },
  );
  selectable(local.command("down").description("take container, volumes and network away"))
    .option("--all", "all local deployments")
    .action((flags: Selection & { all?: boolean }) => localDown(platform, flags));
}

interface ServeFlags {
  readonly modelDir?: string;
  readonly port: number;
  readonly python: string;
  readonly requirements?: string;
  readonly workers: number;
}

function serveCommand(program: Command): void {
  program
    .command("serve")
    .description("the inference server with a scoring script, without an engine")
    .argument("<script>", "scoring script with init() and run()")
    .option("-m, --model-dir <folder>", "what AZUREML_MODEL_DIR names")
    .option("-p, --port <port>", "where it listens", positive, 5001)
    .option("--python <program>", "the interpreter", "python3")
    .option("--requirements <file>", "packages that the script needs, installed into an environment of its own")
    .option("--workers <count>", "processes", positive, 1)
    .action((script: string, flags: ServeFlags) => serve(script, { ...flags, say, signal: interrupted() }));
}

/** Runs the command with the words of its command line; failures set the exit code. */
export async function main(platform: Platform, words: readonly string[]): Promise<void> {
  const program = new Command("sluice")
    .description("Managed online endpoints, from the command line.")
    .showHelpAfterError("(sluice --help shows the commands)");
  localCommands(program, platform);
  serveCommand(program);
  serverCommands(program);
  try {
    await program.parseAsync([...words], { from: "user" });
  } catch (failure) {
    tell(failure);
    process.exitCode = 1;
  }
}
