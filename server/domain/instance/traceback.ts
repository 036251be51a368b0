/** A place in the user's own code. */
interface CodePlace {
  readonly file: string;
  readonly line: number;
}

/** The first failure of a Python traceback, which is the cause of those that follow it. */
export interface Traceback {
  /** Class of the exception without its module, such as `ModuleNotFoundError`. */
  readonly exception: string;
  readonly message: string;
  /** Deepest frame that is not of the interpreter or of an installed package; null when there is none. */
  readonly place: CodePlace | null;
  /** From the user's first frame to the exception. */
  readonly lines: readonly string[];
}

const startPattern = /Traceback \(most recent call last\):\s*$/;
const framePattern = /^\s*File "([^"]+)", line (\d+)/;
const foreignFile = /site-packages|dist-packages|\/lib\/python3|^<frozen|^<string>/;
const exceptionPattern = /^((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)(?::\s?(.*))?$/;

function place(line: string): CodePlace | null {
  const match = framePattern.exec(line);
  return match === null || foreignFile.test(match[1] ?? "") ? null : { file: match[1] ?? "", line: Number(match[2]) };
}

/** Reads the traceback that begins after this index; null when the log ends or changes its subject before an exception. */
function readFrom(lines: readonly string[], start: number): Traceback | null {
  let found: CodePlace | null = null;
  let firstOwn = -1;
  for (let index = start + 1; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (/^\s/.test(line)) {
      const own = place(line);
      found = own ?? found;
      if (own !== null && firstOwn < 0) firstOwn = index;
      continue;
    }
    const match = exceptionPattern.exec(line);
    if (match === null) return null;
    return {
      exception: (match[1] ?? "").split(".").at(-1) ?? "",
      message: match[2] ?? "",
      place: found,
      lines: lines.slice(firstOwn < 0 ? index : firstOwn, index + 1),
    };
  }
  return null;
}

/** The cause in the last chain of tracebacks of a log; null when there is none. Chained exceptions follow their cause. */
export function lastTraceback(lines: readonly string[]): Traceback | null {
  const starts = lines.flatMap((line, index) => (startPattern.test(line) ? [index] : []));
  let chosen = starts.at(-1);
  for (let position = starts.length - 1; position > 0; position -= 1) {
    const between = lines.slice(starts[position - 1], starts[position]);
    if (!between.some((line) => /^(The above exception was the direct cause|During handling of the above exception)/.test(line))) break;
    chosen = starts[position - 1];
  }
  return chosen === undefined ? null : readFrom(lines, chosen);
}
