import path from "node:path";
import { Option, type Command } from "commander";
import { logContainers, type LogContainer } from "#server/contract/monitoring";
import { limitPresetNames, type LimitPreset } from "#server/domain/endpoint/limits";
import { complain, interrupted, linesWanted, positive, readable, say } from "./options";
import { CommandFailure } from "./project/failure";
import { serverAddress } from "./server";
import { serverCredentials } from "./server-credentials";
import { listServerDomains, removeServerDomain, setServerDomain, type CertificateFiles } from "./server-domains";
import { downloadInto } from "./server-download";
import { listServerGateways, showServerGateway } from "./server-gateways";
import { serverLimits } from "./server-limits";
import { serverLogs } from "./server-logs";
import { serverRouting } from "./server-routing";

interface ServerFlags {
  readonly url?: string;
  readonly token?: string;
}

const onServer = (command: Command): Command =>
  command
    .addOption(new Option("--url <address>", "the studio's address").env("SLUICE_URL"))
    .addOption(new Option("--token <token>", "a personal access token").env("SLUICE_TOKEN"));

function logsCommand(program: Command): void {
  const command = program.command("logs").description("lines that a server keeps of an endpoint's containers").argument("<endpoint>");
  onServer(readable(command, logContainers, "from the oldest that is kept on"))
    .option("-d, --deployment <name>", "only this one")
    .option("-i, --instance <id>", "only this one")
    .action(async (endpoint: string, flags: ServerFlags & { deployment?: string; instance?: string; container: LogContainer; tail: string; follow?: boolean }) => {
      const { deployment, instance } = flags;
      const lines = serverLogs(serverAddress(flags.url, flags.token), {
        endpoint, source: flags.container, tail: linesWanted(flags.tail), follow: flags.follow === true, signal: interrupted(), complain,
        ...(deployment === undefined ? {} : { deployment }), ...(instance === undefined ? {} : { instance }),
      });
      // The lines of a traceback read as one: only its first says when and of which deployment.
      for await (const line of lines) say(line.more === true ? line.text : `${new Date(line.at).toISOString()} ${line.deployment} ${line.text}`);
    }); // prettier-ignore
}

function downloadCommands(program: Command): void {
  const project = program.command("project").description("deployments of a server as folders to open and run");
  onServer(project.command("download").description("YAML, model, code, environment, Dockerfile and an editor's files of a deployment"))
    .argument("<endpoint>")
    .argument("<deployment>")
    .option("--to <folder>", "where its folder is made", ".")
    .option("--no-model", "leave the model's files out")
    .action(async (endpoint: string, deployment: string, flags: ServerFlags & { to: string; model: boolean }) => {
      const place = `/endpoints/${encodeURIComponent(endpoint)}/deployments/${encodeURIComponent(deployment)}/project?format=tar&model=${String(flags.model)}`;
      const count = await downloadInto(serverAddress(flags.url, flags.token), place, flags.to);
      say(`${String(count)} files in ${path.join(flags.to, `${endpoint}-${deployment}`)}`);
    });
  onServer(program.command("model").description("models of a server").command("download").description("the files of a model version"))
    .argument("<name:version>")
    .option("--to <folder>", "where they go", ".")
    .action(async (reference: string, flags: ServerFlags & { to: string }) => {
      const [name = "", version = ""] = reference.split(":");
      if (!/^[1-9]\d*$/.test(version)) throw new CommandFailure(`${reference} names no version.`, "Write name:version, such as taxi:1.");
      const count = await downloadInto(serverAddress(flags.url, flags.token), `/models/${encodeURIComponent(name)}/versions/${version}/download`, flags.to);
      say(`${String(count)} files in ${flags.to}`);
    });
}

function credentialsCommand(program: Command): void {
  onServer(program.command("credentials").description("what callers of an endpoint send: its two keys, or a signed token, as its auth mode says"))
    .argument("<endpoint>")
    .option("--value", "print the primary key or the token alone")
    .option("--lifetime <seconds>", "how long a token is good, such as 300 for one that a page gets; it may choose no deployment", positive)
    .action(async (endpoint: string, flags: ServerFlags & { value?: boolean; lifetime?: number }) => {
      const credentials = await serverCredentials(serverAddress(flags.url, flags.token), endpoint, flags.lifetime, interrupted());
      say(flags.value === true ? ("accessToken" in credentials ? credentials.accessToken : credentials.primaryKey) : JSON.stringify(credentials, null, 2));
    });
}

function limitsCommand(program: Command): void {
  onServer(program.command("limits").description("an endpoint's limits as YAML; sets them first where a preset or a file says so"))
    .argument("<endpoint>")
    .addOption(new Option("--preset <name>", "begin with these in place of what holds now").choices([...limitPresetNames]))
    .option("-f, --file <limits.yml>", "the limits that are to differ; null ends one")
    .action(async (endpoint: string, flags: ServerFlags & { preset?: LimitPreset; file?: string }) => {
      const { preset, file } = flags;
      const wish = { ...(preset === undefined ? {} : { preset }), ...(file === undefined ? {} : { file }) };
      say(await serverLimits(serverAddress(flags.url, flags.token), endpoint, wish, interrupted()));
    });
}

function routingCommand(program: Command): void {
  onServer(
    program
      .command("routing")
      .description(
        "sticky callers, callers in browsers, addresses of deployments and treatment of answers of an endpoint, as YAML; sets them first where a file says so",
      ),
  )
    .argument("<endpoint>")
    .option("-f, --file <routing.yml>", "what is to differ; null, of pin_by the empty list, switches off")
    .action(async (endpoint: string, { url, token, file }: ServerFlags & { file?: string }) => {
      say(await serverRouting(serverAddress(url, token), endpoint, file, interrupted()));
    });
}

function gatewayCommands(program: Command): void {
  const gateway = program.command("gateway").description("gateways of a server");
  onServer(gateway.command("list").description("one a line: state, revision that it runs, proxy, address")).action(async (flags: ServerFlags) => {
    say(await listServerGateways(serverAddress(flags.url, flags.token), interrupted()));
  });
  onServer(gateway.command("show").description("all that is known of one, as JSON"))
    .argument("<name>")
    .action(async (name: string, flags: ServerFlags) => {
      say(await showServerGateway(serverAddress(flags.url, flags.token), name, interrupted()));
    });
}

function domainCommands(program: Command): void {
  const domain = program.command("domain").description("an endpoint's own domains and their certificates");
  onServer(domain.command("list").description("one a line, with the day on which its certificate ends"))
    .argument("<endpoint>")
    .action(async (endpoint: string, { url, token }: ServerFlags) => {
      say(await listServerDomains(serverAddress(url, token), endpoint, interrupted()));
    });
  onServer(domain.command("set").description("serves a domain with this certificate, the first or the next: what a renewal runs"))
    .argument("<endpoint>")
    .argument("<domain>")
    .requiredOption("--certificate <file>", "PEM, the server's certificate first, then its chain")
    .requiredOption("--key <file>", "PEM, without a passphrase")
    .action(async (endpoint: string, name: string, { url, token, ...files }: ServerFlags & CertificateFiles) => {
      say(await setServerDomain(serverAddress(url, token), endpoint, name, files, interrupted()));
    });
  onServer(domain.command("remove").description("answers at a domain no more"))
    .argument("<endpoint>")
    .argument("<domain>")
    .action(async (endpoint: string, name: string, { url, token }: ServerFlags) => {
      say(await removeServerDomain(serverAddress(url, token), endpoint, name));
    });
}

/** Commands that ask a server by its management API. */
export function serverCommands(program: Command): void {
  credentialsCommand(program);
  limitsCommand(program);
  routingCommand(program);
  domainCommands(program);
  gatewayCommands(program);
  logsCommand(program);
  downloadCommands(program);
}
