import { InvalidArgumentError, Option, type Command } from "commander";

export const say = (line: string): void => void process.stdout.write(`${line}\n`);
export const complain = (line: string): void => void process.stderr.write(`${line}\n`);

export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number from 1 on");
  return value;
}

/** Options of commands that print lines. */
export const readable = (command: Command, sources: readonly string[], all: string): Command =>
  command
    .addOption(new Option("-c, --container <which>", "whose lines").choices([...sources]).default("inference-server"))
    .option("-n, --tail <lines>", `the newest lines, or "all" (${all})`, "100")
    .option("-f, --follow", "go on with new lines");

export function linesWanted(tail: string): number | null {
  return tail === "all" ? null : positive(tail);
}

export function interrupted(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
  return stop.signal;
}
