/** Cuts a stream of text chunks into whole lines, without their ends. A rest without an end is the last line. */
export class LineCutter {
  #rest = "";

  /** The lines that this chunk completes. */
  push(chunk: string): readonly string[] {
    const parts = (this.#rest + chunk).split("\n");
    this.#rest = parts.pop() ?? "";
    return parts.map((line) => line.replace(/\r$/, ""));
  }

  flush(): readonly string[] {
    const rest = this.#rest;
    this.#rest = "";
    return rest === "" ? [] : [rest.replace(/\r$/, "")];
  }
}

/** Values of a stream of JSON documents, one per line; lines that are no JSON are passed over. */
export async function* jsonLines(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator {
  const decoder = new TextDecoder();
  const cutter = new LineCutter();
  const parse = function* (lines: readonly string[]): Generator {
    for (const line of lines) {
      if (line.trim() === "") continue;
      try {
        yield JSON.parse(line) as unknown;
      } catch {
        continue;
      }
    }
  };
  for await (const chunk of stream) yield* parse(cutter.push(typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true })));
  yield* parse(cutter.flush());
}
