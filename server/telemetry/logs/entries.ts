const tracebackStart = /Traceback \(most recent call last\):\s*$/;
const chained = /^(The above exception was the direct cause|During handling of the above exception)/;
/** A program that indents everything would else be one endless entry. */
const maxEntryLines = 300;

type Mode = "plain" | "frames" | "raised" | "chained";

/**
 * Tells which lines of a stream belong to the entry of the line before them: a traceback with everything that it was caused by, and whatever is
 * indented. One per stream, fed in the order of its lines.
 */
export class EntryReader {
  #mode: Mode = "plain";
  #lines = 0;

  /** Whether the line goes on with the entry before it; false for one that begins its own. */
  continues(text: string): boolean {
    const more = this.#lines > 0 && this.#lines < maxEntryLines && this.#goesOn(text);
    this.#lines = more ? this.#lines + 1 : 1;
    if (!more) this.#mode = tracebackStart.test(text) ? "frames" : "plain";
    return more;
  }

  #goesOn(text: string): boolean {
    const indented = /^\s/.test(text);
    switch (this.#mode) {
      case "frames":
        // The first line at the margin is the exception itself.
        if (!indented && text !== "") this.#mode = "raised";
        return true;
      case "raised":
        if (chained.test(text)) this.#mode = "chained";
        return indented || text === "" || this.#mode === "chained";
      case "chained":
        if (tracebackStart.test(text)) this.#mode = "frames";
        return text === "" || this.#mode === "frames";
      case "plain":
        return indented && text.trim() !== "";
    }
  }
}
