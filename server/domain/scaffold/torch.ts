import { latin } from "./pickle";
import type { FilePart, GeneratedEnvironment, ScaffoldTemplates } from "./types";

/** What a file that PyTorch wrote holds: a program with its weights, or weights (or an object) that need a program of somebody's own. */
export interface TorchFacts {
  readonly kind: "script" | "weights";
}

const fileHeader = 0x02014b50;

/** Names in a zip archive's list, which lies at its end; of a list that begins before what was read, those that were. */
function entryNames(part: FilePart): readonly string[] {
  const end = part.tail.length > 0 ? part.tail : part.head;
  const view = new DataView(end.buffer, end.byteOffset, end.byteLength);
  const text = latin(end);
  const last = text.lastIndexOf("PK\u0005\u0006");
  // PyTorch puts the record of large archives between the list and its end, however small the archive is.
  const large = text.lastIndexOf("PK\u0006\u0006");
  const start = last < 0 || last + 16 > end.length ? -1 : (large < 0 ? last : large) - view.getUint32(last + 12, true);
  const names: string[] = [];
  for (let at = start < 0 ? text.indexOf("PK\u0001\u0002") : start; at >= 0 && at + 46 <= end.length && view.getUint32(at, true) === fileHeader;) {
    const nameLength = view.getUint16(at + 28, true);
    names.push(latin(end.subarray(at + 46, at + 46 + nameLength)));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return names;
}

/** PyTorch's own archive, by its entries; null when it is something else. */
export function readTorch(part: FilePart): TorchFacts | null {
  if (!latin(part.head.subarray(0, 4)).startsWith("PK\u0003\u0004")) return null;
  const names = entryNames(part);
  if (!names.some((name) => /(^|\/)data\.pkl$/.test(name))) return null;
  const isScript = names.some((name) => /(^|\/)constants\.pkl$/.test(name)) && names.some((name) => /(^|\/)code\//.test(name));
  return { kind: isScript ? "script" : "weights" };
}

/** The image: PyTorch for CPUs and the inference server, equal for all models. Wheels come from `indexUrl`; without one Debian's build is taken. */
export function torchEnvironment(templates: ScaffoldTemplates, indexUrl: string | null): GeneratedEnvironment {
  const text = (templates.get("torch/Dockerfile") ?? "").replace('ARG TORCH_INDEX_URL=""', () => `ARG TORCH_INDEX_URL="${indexUrl ?? ""}"`);
  const startScript = { path: "aml-start.sh", content: templates.get("serving/aml-start.sh") ?? "" };
  return { kind: "dockerfile", text, files: [startScript], inferenceConfig: null };
}
