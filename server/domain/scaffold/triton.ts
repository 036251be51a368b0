import type { AssetFile } from "../model/types";
import type { SignatureField } from "./types";

/** One model of a Triton repository. */
export interface TritonModel {
  readonly name: string;
  readonly versions: readonly number[];
  /** Null when neither configuration nor file name tells. */
  readonly backend: string | null;
  readonly configPath: string | null;
  readonly filePath: string;
}

export interface TritonConfig {
  readonly name: string | null;
  readonly backend: string | null;
  readonly maxBatchSize: number;
  readonly inputs: readonly SignatureField[];
}

const backendOfPlatform = (platform: string): string => {
  if (platform.startsWith("tensorflow_")) return "tensorflow";
  if (platform === "onnxruntime_onnx") return "onnxruntime";
  if (platform === "pytorch_libtorch") return "pytorch";
  if (platform === "tensorrt_plan") return "tensorrt";
  return platform;
};

const backendByFile: readonly (readonly [RegExp, string])[] = [
  [/^model\.onnx$/, "onnxruntime"],
  [/^model\.(pt|pth)$/, "pytorch"],
  [/^model\.plan$/, "tensorrt"],
  [/^model\.(savedmodel|graphdef)(\/|$)/, "tensorflow"],
  [/^model\.py$/, "python"],
  [/^model\.xml$/, "openvino"],
  [/^model\.dali$/, "dali"],
  [/^(xgboost\.(json|model)|model\.txt|checkpoint\.tl)$/, "fil"],
];

const versionFile = /^(?:(.*)\/)?([^/]+)\/(\d+)\/(.+)$/;

/**
 * The models of a repository by the layout of its files, `<model>/<version>/model.<format>`. A registered folder may also be one model of a repository,
 * whose name then is the folder's.
 */
export function tritonModels(files: readonly AssetFile[], rootName: string): readonly TritonModel[] {
  const paths = files.map((file) => file.path);
  const rooted = paths.some((path) => /^\d+\//.test(path)) ? paths.map((path) => `${rootName}/${path}`) : paths;
  const offset = rooted === paths ? 0 : rootName.length + 1;
  const models = new Map<string, { name: string; versions: Set<number>; files: string[]; configPath: string | null }>();
  for (const path of rooted) {
    const match = versionFile.exec(path);
    if (match === null) continue;
    const [, above = "", name = "", version = "", file = ""] = match;
    const folder = above === "" ? name : `${above}/${name}`;
    if (/(^|\/)\d+$/.test(above)) continue;
    const model = models.get(folder) ?? { name, versions: new Set(), files: [], configPath: null };
    model.versions.add(Number(version));
    model.files.push(file);
    const config = `${folder}/config.pbtxt`;
    model.configPath = rooted.includes(config) ? config.slice(offset) : null;
    models.set(folder, model);
  }
  return [...models].map(([folder, model]) => {
    const known = backendByFile.flatMap(([pattern, backend]) => model.files.filter((file) => pattern.test(file)).map((file) => ({ file, backend })))[0];
    const version = Math.max(...model.versions);
    return {
      name: model.name,
      versions: [...model.versions].sort((a, b) => a - b),
      backend: known?.backend ?? null,
      configPath: model.configPath,
      filePath: `${folder}/${String(version)}/${known?.file ?? model.files[0] ?? ""}`.slice(offset),
    };
  });
}

type Value = string | number | Message | readonly Value[];
interface Message {
  get(field: string): readonly Value[] | undefined;
}

const isMessage = (value: Value): value is Message => value instanceof Map;

const tokenPattern = /\s+|#[^\n]*|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([{}[\]:,;<>])|([^\s{}[\]:,;<>"'#]+)/gy;

interface Token {
  readonly kind: "text" | "mark" | "word";
  readonly value: string;
}

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  for (const [, double, single, mark, word] of source.matchAll(tokenPattern)) {
    const quoted = double ?? single;
    if (quoted !== undefined) tokens.push({ kind: "text", value: quoted });
    else if (mark !== undefined) tokens.push({ kind: "mark", value: mark });
    else if (word !== undefined) tokens.push({ kind: "word", value: word });
  }
  return tokens;
}

/** Reads protobuf's text format as far as configurations use it; anything strange ends the message early. */
class TextFormat {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  private isMark(value: string): boolean {
    const token = this.tokens[this.at];
    return token?.kind === "mark" && token.value === value;
  }

  private skip(value: string): boolean {
    if (!this.isMark(value)) return false;
    this.at += 1;
    return true;
  }

  message(depth = 0): Message {
    const fields = new Map<string, Value[]>();
    while (this.at < this.tokens.length && !this.isMark("}")) {
      const token = this.tokens[this.at];
      this.at += 1;
      if (token?.kind !== "word" || depth > 20) continue;
      this.skip(":");
      const value = this.value(depth);
      const held = fields.get(token.value) ?? [];
      fields.set(token.value, [...held, ...(Array.isArray(value) ? (value as readonly Value[]) : [value])]);
      if (!this.skip(",")) this.skip(";");
    }
    return fields;
  }

  private value(depth: number): Value {
    if (this.skip("{")) {
      const inner = this.message(depth + 1);
      this.skip("}");
      return inner;
    }
    if (this.skip("[")) {
      const items: Value[] = [];
      while (this.at < this.tokens.length && !this.skip("]")) {
        if (this.skip(",")) continue;
        items.push(this.value(depth + 1));
      }
      return items;
    }
    const token = this.tokens[this.at];
    this.at += 1;
    if (token === undefined) return "";
    return token.kind === "word" && /^-?\d+$/.test(token.value) ? Number(token.value) : token.value;
  }
}

const textIn = (message: Message, key: string): string | null => {
  const [value] = message.get(key) ?? [];
  return typeof value === "string" && value !== "" ? value : null;
};

const onnxType = (type: string): string => {
  const bare = type.replace(/^TYPE_/, "");
  return bare.startsWith("FP") ? `float${bare.slice(2)}` : bare.toLowerCase();
};

/** What a `config.pbtxt` says, as far as serving needs it. With batching the configured sizes leave the batch out; here it is put back in front. */
export function readTritonConfig(source: string): TritonConfig {
  const message = new TextFormat(tokensOf(source)).message();
  const platform = textIn(message, "platform");
  const [batch] = message.get("max_batch_size") ?? [];
  const maxBatchSize = typeof batch === "number" ? batch : 0;
  const inputs = (message.get("input") ?? []).flatMap((input) => {
    if (!isMessage(input)) return [];
    const sizes = (input.get("dims") ?? []).filter((size) => typeof size === "number");
    const shape = maxBatchSize > 0 ? [-1, ...sizes] : sizes;
    return [{ name: textIn(input, "name") ?? "", type: onnxType(textIn(input, "data_type") ?? ""), shape, required: true }];
  });
  return {
    name: textIn(message, "name"),
    backend: textIn(message, "backend") ?? (platform === null ? null : backendOfPlatform(platform)),
    maxBatchSize,
    inputs,
  };
}
