import { invalidInput, type SluiceError } from "./errors";

/** Deeper input than this is nobody's; recursion over it must not end the process. */
const maxDepth = 40;

const refusal = (path: readonly string[], message: string): SluiceError => {
  const where = path.map((part) => part.slice(0, 60)).join(".");
  return invalidInput("input.not_storable", `The input was refused. ${where === "" ? "" : `${where}: `}${message}`, [{ path: where, message }]);
};

/** The text without what PostgreSQL cannot hold; for words of programs, which nobody can be asked to correct. */
export const storableText = (text: string): string => text.replaceAll("\u0000", "").toWellFormed();

/**
 * Refuses text that PostgreSQL cannot hold: the character U+0000 and halves of surrogate pairs, in values and in keys.
 * Returns the refusal, or null when everything can be stored.
 */
export function judgeStorable(value: unknown, path: readonly string[] = []): SluiceError | null {
  if (typeof value === "string") {
    if (value.includes("\u0000")) return refusal(path, "holds the character U+0000");
    return value.isWellFormed() ? null : refusal(path, "is not valid Unicode");
  }
  if (typeof value !== "object" || value === null) return null;
  if (path.length >= maxDepth) return refusal(path.slice(0, 3), "is nested too deeply");
  for (const [key, member] of Object.entries(value)) {
    const found = judgeStorable(key, [...path, "(key)"]) ?? judgeStorable(member, [...path, key]);
    if (found !== null) return found;
  }
  return null;
}
