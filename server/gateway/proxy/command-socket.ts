import { connect } from "node:net";

/** The proxy could not be talked to (not running, restarting, too slow); says nothing about the command. */
export class ProxyUnreachable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ProxyUnreachable";
  }
}

const prompt = "\n> ";
/** Commands written at once. The proxy takes them line by line, and each has to fit its input buffer. */
const batchSize = 40;

/** Sends raw text, reads until the proxy closes or `enough` says so, and resolves to all that came. `enough` is asked after every piece. */
function exchange(path: string, text: string, end: boolean, enough: (received: string) => boolean, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let received = "";
    let complete = false;
    const finish = () => {
      socket.destroy();
      resolve(received);
    };
    socket.setEncoding("utf8");
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer in ${String(timeoutMs)} ms`)));
    socket.on("error", (cause) => {
      reject(new ProxyUnreachable(`the proxy's command socket failed: ${cause.message}`, { cause }));
    });
    socket.on("close", () => {
      if (complete) resolve(received);
      else reject(new ProxyUnreachable("the proxy closed its command socket before it had answered"));
    });
    socket.on("data", (chunk: string) => {
      received += chunk;
      complete = enough(received);
      if (!end && complete) finish();
    });
    if (end) socket.end(text);
    else socket.write(text);
  });
}

/**
 * Sends one command with an optional payload (several lines, no empty one) and resolves to its answer.
 * Throws `ProxyUnreachable` when there is none.
 */
export async function sendCommand(path: string, command: string, payload?: string, timeoutMs = 10_000): Promise<string> {
  const text = payload === undefined ? `${command}\n` : `${command} <<\n${payload.trimEnd()}\n\n`;
  return (await exchange(path, text, true, (received) => received !== "", timeoutMs)).trim();
}

/** Counts prompts as text comes in: answers have megabytes in pieces of a few kilobytes, so none is looked through twice. */
function promptCounter(wanted: number): (received: string) => boolean {
  let count = 0;
  let searchedTo = 0;
  return (received) => {
    for (let at = received.indexOf(prompt, searchedTo); at >= 0; at = received.indexOf(prompt, searchedTo)) {
      count += 1;
      searchedTo = at + prompt.length;
    }
    searchedTo = Math.max(searchedTo, received.length - prompt.length + 1);
    return count >= wanted;
  };
}

async function sendBatch(path: string, commands: readonly string[], timeoutMs: number): Promise<string[]> {
  const text = `prompt\n${commands.join("\n")}\n`;
  const received = await exchange(path, text, false, promptCounter(commands.length + 1), timeoutMs);
  return received
    .split(prompt)
    .slice(1, commands.length + 1)
    .map((answer) => answer.trim());
}

/**
 * Sends commands in order over one connection per batch and resolves to their answers, one each. All are sent whatever is answered:
 * the proxy has no error status, so judge the texts. Throws `ProxyUnreachable` when the proxy goes away in between.
 */
export async function sendCommands(path: string, commands: readonly string[], timeoutMs = 10_000): Promise<string[]> {
  const answers: string[] = [];
  for (let start = 0; start < commands.length; start += batchSize) {
    answers.push(...(await sendBatch(path, commands.slice(start, start + batchSize), timeoutMs)));
  }
  return answers;
}
