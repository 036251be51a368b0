import { latin } from "./pickle";
import type { FilePart } from "./types";

/** What a gradient-boosting model's own file says. */
export interface BoosterFacts {
  readonly version: string | null;
  readonly featureNames: readonly string[] | null;
}

const text = new TextDecoder();

/** Names that a library made up because it was given none are no names that a caller would send. */
const unlessMadeUp = (names: readonly string[]): readonly string[] | null =>
  names.length === 0 || names.every((name) => /^Column_\d+$/.test(name)) ? null : names;

/** Names in LightGBM's text; a pickle of its classes holds the same text. */
export function lightgbmNames(part: FilePart): readonly string[] | null {
  const line = /(?:^|\n)feature_names=([^\n]*)\n/.exec(text.decode(part.head));
  return line?.[1] === undefined ? null : unlessMadeUp(line[1].split(" "));
}

/** LightGBM's text format, by its first lines; null when it is something else. */
export function readLightgbm(part: FilePart): BoosterFacts | null {
  const head = text.decode(part.head.subarray(0, 200));
  if (!/^tree\r?\nversion=v\d/.test(head)) return null;
  return { version: null, featureNames: lightgbmNames(part) };
}

/** The version that both of XGBoost's formats end with. */
function xgboostVersion(part: FilePart): string | null {
  const end = latin(part.tail.length > 0 ? part.tail : part.head.subarray(-400));
  const written = /"version"\s*:\s*\[\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\]\s*\}\s*$/.exec(end);
  if (written !== null) return written.slice(1, 4).join(".");
  const binary = /L\0{7}\x07version\[#L\0{7}\x03i([^])i([^])i([^])\}?$/.exec(end);
  return binary === null ? null : binary.slice(1, 4).map((byte) => byte.charCodeAt(0)).join("."); // prettier-ignore
}

/** `"feature_names":["age","income"]` in text, or its binary counterpart: an array of strings, each with a length of eight bytes. */
function xgboostNames(part: FilePart): readonly string[] | null {
  const head = latin(part.head);
  const written = /"feature_names"\s*:\s*(\[[^\]]*\])/.exec(text.decode(part.head));
  if (written?.[1] !== undefined) {
    try {
      return unlessMadeUp((JSON.parse(written[1]) as unknown[]).filter((name) => typeof name === "string"));
    } catch {
      return null;
    }
  }
  const start = head.indexOf("feature_names[#L");
  if (start < 0) return null;
  const view = new DataView(part.head.buffer, part.head.byteOffset, part.head.byteLength);
  const names: string[] = [];
  try {
    let at = start + "feature_names[#L".length;
    const count = Number(view.getBigInt64(at));
    at += 8;
    while (names.length < count && head.startsWith("SL", at)) {
      const length = Number(view.getBigInt64(at + 2));
      names.push(text.decode(part.head.subarray(at + 10, at + 10 + length)));
      at += 10 + length;
    }
    return names.length === count ? unlessMadeUp(names) : null;
  } catch {
    return null;
  }
}

/** XGBoost's JSON or UBJSON, by its first key; null when it is something else. */
export function readXgboost(part: FilePart): BoosterFacts | null {
  const head = latin(part.head.subarray(0, 400));
  const isText = /^\s*\{\s*"(learner|version)"\s*:/.test(head) && latin(part.head).includes('"learner"');
  const isBinary = /^\{L\0{7}\x07(learner|version)/.test(head);
  if (!isText && !isBinary) return null;
  return { version: xgboostVersion(part), featureNames: xgboostNames(part) };
}
