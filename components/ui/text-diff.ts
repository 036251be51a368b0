export interface DiffLine {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
}

/** A line-by-line difference by the longest common subsequence; for texts of a few hundred lines. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const left = before.split("\n");
  const right = after.split("\n");
  const width = right.length + 1;
  // common[i * width + j]: length of the longest common part of what follows line i and line j.
  const common = new Uint32Array((left.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const a = left[i];
    const b = right[j];
    if (a !== undefined && a === b) {
      lines.push({ kind: "same", text: a });
      i += 1;
      j += 1;
    } else if (a !== undefined && (b === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: "removed", text: a });
      i += 1;
    } else {
      lines.push({ kind: "added", text: b ?? "" });
      j += 1;
    }
  }
  return lines;
}
