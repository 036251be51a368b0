export interface AnsiSpan {
  readonly text: string;
  /** 0-15 of the terminal palette, or null for the page's own ink. */
  readonly color: number | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
}

interface Look {
  color: number | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
}

const plain = (): Look => ({ color: null, bold: false, dim: false, italic: false, underline: false });

// Every control sequence: those that colour are read, the others (cursor, title, links) would be rubbish in a list of lines and are dropped.
const sequence = /\u001b(?:\[([0-9;:]*)([ -/]*[@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;

/** Nearest of the 16 palette colours for one of 256: exact below 16, by brightness of its parts above. */
function fromExtended(index: number): number | null {
  if (index < 16) return index;
  if (index >= 232) return index < 244 ? 8 : 7;
  const cube = index - 16;
  const parts = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6];
  const bits = parts.reduce((sum, part, position) => sum + (part >= 3 ? 1 << position : 0), 0);
  return parts.some((part) => part === 5) ? bits + 8 : bits;
}

function applyCodes(look: Look, codes: readonly number[]): Look {
  let next = { ...look };
  for (let position = 0; position < codes.length; position += 1) {
    const code = codes[position] ?? 0;
    if (code === 0) next = plain();
    else if (code === 1) next.bold = true;
    else if (code === 2) next.dim = true;
    else if (code === 3) next.italic = true;
    else if (code === 4) next.underline = true;
    else if (code === 22) next.bold = next.dim = false;
    else if (code === 23) next.italic = false;
    else if (code === 24) next.underline = false;
    else if (code >= 30 && code <= 37) next.color = code - 30;
    else if (code >= 90 && code <= 97) next.color = code - 90 + 8;
    else if (code === 39) next.color = null;
    else if (code === 38 || code === 48) {
      if (code === 38 && codes[position + 1] === 5) next.color = fromExtended(codes[position + 2] ?? 0);
      position += codes[position + 1] === 2 ? 4 : 2;
    }
  }
  return next;
}

/** The text without any control sequence: what is searched, copied and saved. */
export const stripAnsi = (text: string): string => (text.includes("\u001b") ? text.replace(sequence, "") : text);

/** Runs of one look; their texts joined are `stripAnsi(text)`. */
export function parseAnsi(text: string): readonly AnsiSpan[] {
  if (!text.includes("\u001b")) return text === "" ? [] : [{ text, ...plain() }];
  const spans: AnsiSpan[] = [];
  let look = plain();
  let from = 0;
  for (const match of text.matchAll(sequence)) {
    if (match.index > from) spans.push({ text: text.slice(from, match.index), ...look });
    if (match[2] === "m") look = applyCodes(look, (match[1] ?? "").split(/[;:]/).map(Number));
    from = match.index + match[0].length;
  }
  if (from < text.length) spans.push({ text: text.slice(from), ...look });
  return spans;
}
