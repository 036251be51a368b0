import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import type { SluiceError } from "#server/domain/errors";
import type { Result } from "#server/kernel/result";
import { CommandFailure } from "./project/failure";

/** What a YAML file of `what` wishes, as `read` judges it. Rejects with a sentence that names the file, and the remedy of each refused field once. */
export async function readWishFile<Wish>(file: string, what: string, read: (value: unknown) => Result<Wish, SluiceError>): Promise<Wish> {
  const text = await readFile(file, "utf8").catch(() => {
    throw new CommandFailure(`${file} cannot be read.`, `Name a file with ${what}, such as one that this command printed.`);
  });
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new CommandFailure(`${file} is no YAML: ${error instanceof Error ? error.message : String(error)}`, "Compare it with what this command prints.");
  }
  const judged = read(value);
  if (judged.ok) return judged.data;
  const remedies = new Set(judged.error.fields.map(({ remedy }) => remedy));
  throw new CommandFailure(`${file}: ${judged.error.message}`, [...remedies].join(" "));
}
