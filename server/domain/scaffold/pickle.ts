/**
 * What a pickle says about itself, read from its opcodes. Nothing is ever unpickled: a pickle is a program, and running it belongs
 * into the container that was made for it.
 */
export interface PickleScan {
  /** `module.name` of every class and function that it refers to, in the order in which loading would import them. */
  readonly globals: readonly string[];
  readonly sklearnVersion: string | null;
  readonly featureNames: readonly string[] | null;
  readonly featureCount: number | null;
}

type Argument = "none" | "line" | "lines" | number | "len1" | "len4" | "len8";

const argumentsByOpcode = new Map<number, Argument>();
const opcodes = (argument: Argument, codes: string, ...numbers: readonly number[]): void => {
  for (const code of codes) argumentsByOpcode.set(code.charCodeAt(0), argument);
  for (const code of numbers) argumentsByOpcode.set(code, argument);
};
opcodes("none", "(.012NRQabde}l]ost)u", 0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x97, 0x98);
opcodes("line", "ILFSVPgp");
opcodes("lines", "ci");
opcodes(1, "Khq", 0x80, 0x82);
opcodes(2, "M", 0x83);
opcodes(4, "Jjr", 0x84);
opcodes(8, "G", 0x95);
opcodes("len1", "UC", 0x8a, 0x8c);
opcodes("len4", "TBX", 0x8b);
opcodes("len8", "", 0x8d, 0x8e, 0x96);

const text = new TextDecoder();
const code = (character: string): number => character.charCodeAt(0);
/** A name of a module, class or attribute; anything longer is data. */
const maxTextBytes = 512;
/** Between the name of an attribute and the list that is its value lie the steps that rebuild an array. */
const listWithinSteps = 160;

class Walker {
  readonly globals = new Set<string>();
  readonly attributes = new Map<string, string | number>();
  featureNames: readonly string[] | null = null;
  /** Whether it read at least one whole pickle. */
  complete = false;
  private at = 0;
  private readonly view: DataView;
  private readonly memo = new Map<number, unknown>();
  private last: unknown = null;
  private previous: unknown = null;
  private stepsSinceNames: number | null = null;
  private list: string[] | null = null;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Goes on until the bytes end or stop being opcodes, as they do where joblib lays down the numbers of an array. */
  walk(): void {
    try {
      while (this.at < this.bytes.length) if (!this.step()) return;
    } catch (error) {
      // Reading past the end: only the file's beginning was handed in.
      if (!(error instanceof RangeError)) throw error;
    }
  }

  private step(): boolean {
    const opcode = this.bytes[this.at] ?? 0;
    const argument = argumentsByOpcode.get(opcode);
    if (argument === undefined) return false;
    this.at += 1;
    this.apply(opcode, this.read(argument));
    if (this.stepsSinceNames !== null && (this.stepsSinceNames += 1) > listWithinSteps) this.stepsSinceNames = null;
    return true;
  }

  private read(argument: Argument): Uint8Array {
    if (argument === "none") return this.take(0);
    if (typeof argument === "number") return this.take(argument);
    if (argument === "line") return this.line();
    if (argument === "lines") {
      const start = this.at;
      this.line();
      this.line();
      return this.bytes.subarray(start, this.at);
    }
    return this.take(this.length(argument));
  }

  private length(argument: "len1" | "len4" | "len8"): number {
    if (argument === "len1") return this.view.getUint8((this.at += 1) - 1);
    if (argument === "len4") return this.view.getUint32((this.at += 4) - 4, true);
    return Number(this.view.getBigUint64((this.at += 8) - 8, true));
  }

  private take(count: number): Uint8Array {
    if (this.at + count > this.bytes.length) throw new RangeError("the pickle goes on");
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  private line(): Uint8Array {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0) throw new RangeError("the pickle goes on");
    const line = this.bytes.subarray(this.at, end);
    this.at = end + 1;
    return line;
  }

  private push(value: unknown): void {
    if (typeof this.last === "string" && (typeof value === "string" || typeof value === "number") && !this.attributes.has(this.last))
      this.attributes.set(this.last, value);
    this.previous = this.last;
    this.last = value;
    if (value === "feature_names_in_" && this.featureNames === null) this.stepsSinceNames = 0;
    else if (this.list !== null && typeof value === "string") this.list.push(value);
  }

  private apply(opcode: number, argument: Uint8Array): void {
    switch (opcode) {
      case 0x8c:
      case code("X"):
      case 0x8d:
      case code("U"):
      case code("T"):
      case code("V"):
        this.push(argument.length > maxTextBytes ? null : text.decode(argument));
        return;
      case code("S"):
        this.push(text.decode(argument.subarray(0, maxTextBytes)).replace(/^(['"])(.*)\1$/s, "$2"));
        return;
      case code("K"):
      case code("M"):
      case code("J"):
        this.push(argument.reduceRight((sum, byte) => sum * 256 + byte, 0));
        return;
      case code("I"):
      case code("L"):
        this.push(Number(text.decode(argument).replace(/L$/, "")));
        return;
      case code("c"):
      case code("i"):
        this.refer(...(text.decode(argument).split("\n") as [string, string]));
        return;
      case 0x93:
        this.refer(this.previous, this.last);
        return;
      default:
        this.applyStructure(opcode, argument);
    }
  }

  private refer(module: unknown, name: unknown): void {
    if (typeof module === "string" && typeof name === "string") this.globals.add(`${module}.${name}`);
    this.push(null);
  }

  private applyStructure(opcode: number, argument: Uint8Array): void {
    const index = () => argument.reduceRight((sum, byte) => sum * 256 + byte, 0);
    const lineIndex = () => Number(text.decode(argument));
    if (opcode === 0x94) this.memo.set(this.memo.size, this.last);
    else if (opcode === code("q") || opcode === code("r")) this.memo.set(index(), this.last);
    else if (opcode === code("p")) this.memo.set(lineIndex(), this.last);
    else if (opcode === code("h") || opcode === code("j")) this.push(this.memo.get(index()) ?? null);
    else if (opcode === code("g")) this.push(this.memo.get(lineIndex()) ?? null);
    else if (opcode === code("]") || opcode === code("l")) {
      this.push(null);
      this.list = this.stepsSinceNames === null ? null : [];
    } else if (opcode === code("e") || opcode === code("a")) this.endList(opcode);
    else if (opcode === 0x80) this.memo.clear();
    else if (opcode === code(".")) this.complete = true;
    else if (![0x95, code("("), code("0"), code("2")].includes(opcode)) this.push(null);
  }

  /** Lists of the old protocol grow item by item, so the names are complete only when something else follows; the longest wins. */
  private endList(opcode: number): void {
    if (this.list !== null && this.list.length > 0) this.featureNames = [...this.list];
    if (opcode === code("e")) {
      this.list = null;
      this.stepsSinceNames = null;
    }
    this.push(null);
  }
}

/** How the text lies in protocols 2 to 5: an opcode, a length, the text, perhaps a mark for the memo, then the next text. */
const versionAfter = /_sklearn_version(?:\x94|q.|r.{4})?(?:\x8c.|X.{4}|U.)(\d+\.\d+(?:\.\w+)*)/s;
const moduleText = /(?:\x8c.|X.{4}|c)((?:sklearn|lightgbm|xgboost|imblearn|catboost)(?:\.\w+)+)/gs;

/** One character per byte, for searches in what is not text as a whole. */
export const latin = (bytes: Uint8Array): string => {
  let out = "";
  for (let at = 0; at < bytes.length; at += 8192) out += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return out;
};

/** Looks through a pickle's first bytes, and its last ones where the version of scikit-learn stands; null when the bytes are no pickle. */
export function scanPickle(head: Uint8Array, tail: Uint8Array = new Uint8Array()): PickleScan | null {
  const walker = new Walker(head);
  walker.walk();
  const binary = head[0] === 0x80 && (head[1] ?? 9) <= 5;
  if (!binary && !(walker.complete && walker.globals.size > 0)) return null;
  const loose = `${latin(head)}\n${latin(tail)}`;
  const walked = [...walker.globals];
  for (const [, module = ""] of loose.matchAll(moduleText)) if (!walked.some((name) => name.startsWith(module))) walker.globals.add(module);
  const version = walker.attributes.get("_sklearn_version") ?? versionAfter.exec(loose)?.[1];
  const count = walker.attributes.get("n_features_in_");
  return {
    globals: [...walker.globals],
    sklearnVersion: typeof version === "string" ? version : null,
    featureNames: walker.featureNames,
    featureCount: typeof count === "number" ? count : null,
  };
}

const compressions: readonly (readonly [string, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58]],
  ["lzma", [0x5d, 0x00, 0x00]],
  ["lz4", [0x04, 0x22, 0x4d, 0x18]],
  ["zlib", [0x78, 0x01]],
  ["zlib", [0x78, 0x5e]],
  ["zlib", [0x78, 0x9c]],
  ["zlib", [0x78, 0xda]],
];

/** How the bytes are compressed, or null. */
export const compressionOf = (head: Uint8Array): string | null =>
  compressions.find(([, magic]) => magic.every((byte, index) => head[index] === byte))?.[0] ?? null;
