import { assertNever } from "#server/kernel/assert";
import type { ProxyCommand, Retirement } from "../diff/commands";
import type { TableName } from "../ir/proxy-state";
import { dialAddress, serverOptions } from "../render/backends";
import { addTokenCertificate, deleteTokenCertificate } from "./certificates";
import { sendCommands } from "./command-socket";

/** The proxy refused a command; the change is not in force as a whole. */
export class ProxyRefused extends Error {
  constructor(command: string, answer: string) {
    super(`the proxy refused '${command}': ${answer.split("\n").at(-1) ?? ""}`);
    this.name = "ProxyRefused";
  }
}

/** A command as the proxy reads it, and what an answer of success contains. Some commands answer nothing when they succeed. */
interface Wording {
  readonly lines: readonly string[];
  readonly success: RegExp;
}

const silent = /^$/;
const table = (name: TableName): string => `tables/${name}.map`;
/** The proxy's command line takes a backslash for itself. */
const escaped = (text: string): string => text.replaceAll("\\", "\\\\");

type BatchedCommand = Exclude<ProxyCommand, { readonly kind: "add-certificate" | "delete-certificate" }>;

function wording(command: BatchedCommand): Wording {
  switch (command.kind) {
    case "add-backend":
      return { lines: [`add backend ${command.backend} from dep`], success: /New backend registered/ };
    case "publish-backend":
      return { lines: [`publish backend ${command.backend}`], success: /Backend published/ };
    case "unpublish-backend":
      return { lines: [`unpublish backend ${command.backend}`], success: /Backend unpublished/ };
    case "add-server":
      return {
        lines: [`add server ${command.backend}/${command.server} ${dialAddress(command.settings)} ${serverOptions(command.settings)}`],
        success: /New server registered/,
      };
    case "enable-server":
      return { lines: [`enable health ${command.backend}/${command.server}`, `set server ${command.backend}/${command.server} state ready`], success: silent };
    case "drain-server":
      return { lines: [`set server ${command.backend}/${command.server} state drain`], success: silent };
    case "disable-server":
      return { lines: [`set server ${command.backend}/${command.server} state maint`], success: silent };
    case "set-server-address":
      return {
        lines: [`set server ${command.backend}/${command.server} addr ${command.address} port ${String(command.port)}`],
        success: /changed/,
      };
    case "set-server-maxconn":
      return { lines: [`set maxconn server ${command.backend}/${command.server} ${String(command.maxConn)}`], success: silent };
    case "add-entry":
      return { lines: [`add map ${table(command.table)} ${escaped(command.key)} ${escaped(command.value)}`], success: silent };
    case "set-entry":
      return { lines: [`set map ${table(command.table)} ${escaped(command.key)} ${escaped(command.value)}`], success: silent };
    case "delete-entry":
      return { lines: [`del map ${table(command.table)} ${escaped(command.key)}`], success: silent };
    default:
      return assertNever(command, "proxy command");
  }
}

/** Notices of servers going up or down that the proxy mixes into the answer of whatever command comes next. */
const notice =
  /^(Server \S+ (is (going )?(UP|DOWN|stopping|leaving)|was (UP|DOWN)|started|administratively)|backend '\S+' (has no server|recovers)|Proxy \S+ )/i;
const withoutNotices = (answer: string): string =>
  answer
    .split("\n")
    .filter((line) => line !== "" && !notice.test(line))
    .join("\n");

/**
 * Sends a difference to the proxy in order; certificates, which need several lines each, first when they come and last when they go, as `diff` has them. Throws `ProxyRefused` at the first answer that is not success (later commands of the same batch
 * were sent already, so read back and revert), `ProxyUnreachable` when it went away.
 */
export async function applyCommands(socket: string, commands: readonly ProxyCommand[]): Promise<void> {
  for (const command of commands) if (command.kind === "add-certificate") refusedBy(command.name, await addTokenCertificate(socket, command.name, command.pem));
  const batched = commands.filter((command): command is BatchedCommand => command.kind !== "add-certificate" && command.kind !== "delete-certificate");
  await applyBatch(socket, batched);
  for (const command of commands) if (command.kind === "delete-certificate") refusedBy(command.name, await deleteTokenCertificate(socket, command.name));
}

function refusedBy(name: string, refusal: string | null): void {
  if (refusal !== null) throw new ProxyRefused(name, refusal);
}

async function applyBatch(socket: string, commands: readonly BatchedCommand[]): Promise<void> {
  const worded = commands.flatMap((command) => {
    const { lines, success } = wording(command);
    return lines.map((line) => ({ line, success }));
  });
  const answers = await sendCommands(
    socket,
    worded.map(({ line }) => line),
  );
  for (const [index, { line, success }] of worded.entries()) {
    const answer = withoutNotices(answers[index] ?? "no answer");
    if (!success.test(answer)) throw new ProxyRefused(line, answer);
  }
}

/** Tries to delete what is retired; resolves to the number that is still in use and has to be tried again. */
export async function applyRetirements(socket: string, retired: readonly Retirement[]): Promise<number> {
  const lines = retired.map((item) => (item.kind === "delete-server" ? `del server ${item.backend}/${item.server}` : `del backend ${item.backend}`));
  const answers = await sendCommands(socket, lines);
  return answers.filter((answer) => !/(Server|Backend) deleted/.test(answer)).length;
}
