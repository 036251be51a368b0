import type { SignatureField } from "./types";

/** The part of an ONNX file that says what it is: ModelProto's own fields, and names and types of the graph's inputs and outputs. */
export interface OnnxFacts {
  readonly irVersion: number;
  readonly producer: string;
  readonly opset: number | null;
  /** Null when the file was read in part and they lie beyond it. */
  readonly inputs: readonly SignatureField[] | null;
  readonly outputs: readonly SignatureField[] | null;
}

const text = new TextDecoder();
/** TensorProto.DataType by number. */
const elementTypes = [
  "undefined", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "float64", "uint32", "uint64", "complex64", "complex128", "bfloat16",
]; // prettier-ignore

interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

/** Fields of one protobuf message; throws RangeError where the bytes end within one. */
function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at];
      if (byte === undefined) throw new RangeError("the message goes on");
      at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError("not a number of protobuf's");
  };
  while (at < bytes.length) {
    const key = varint();
    const wire = key % 8;
    const number = Math.floor(key / 8);
    if (wire === 0) yield { number, value: varint() };
    else if (wire === 1 || wire === 5) at += wire === 1 ? 8 : 4;
    else if (wire === 2) {
      const length = varint();
      if (at + length > bytes.length) {
        // A message that is cut off still tells how it begins.
        yield { number, value: bytes.subarray(at) };
        throw new RangeError("the message goes on");
      }
      yield { number, value: bytes.subarray(at, at + length) };
      at += length;
    } else throw new RangeError("not protobuf");
  }
}

const messages = (bytes: Uint8Array, wanted: number): Uint8Array[] => {
  const found: Uint8Array[] = [];
  for (const { number, value } of fieldsOf(bytes)) if (number === wanted && typeof value !== "number") found.push(value);
  return found;
};
const first = (bytes: Uint8Array, wanted: number): Uint8Array | null => messages(bytes, wanted)[0] ?? null;
const numberIn = (bytes: Uint8Array, wanted: number): number | null => {
  for (const { number, value } of fieldsOf(bytes)) if (number === wanted && typeof value === "number") return value;
  return null;
};

/** ValueInfoProto: name, and of a tensor its element type and sizes (a named size is any size). */
function valueOf(bytes: Uint8Array): SignatureField {
  const name = text.decode(first(bytes, 1) ?? new Uint8Array());
  const tensor = first(first(bytes, 2) ?? new Uint8Array(), 1);
  if (tensor === null) return { name, type: "sequence or map", shape: null, required: true };
  const shape = first(tensor, 2);
  const sizes = shape === null ? null : messages(shape, 1).map((dimension) => numberIn(dimension, 1) ?? -1);
  return { name, type: elementTypes[numberIn(tensor, 1) ?? 0] ?? "undefined", shape: sizes, required: true };
}

/** Inputs that are no weights, and outputs; null where the bytes end before them. Older files list weights among the inputs. */
function graphOf(graph: Uint8Array): Pick<OnnxFacts, "inputs" | "outputs"> {
  const inputs: SignatureField[] = [];
  const outputs: SignatureField[] = [];
  const weights = new Set<string>();
  try {
    for (const { number, value } of fieldsOf(graph)) {
      if (typeof value === "number") continue;
      if (number === 5) weights.add(nameOfWeights(value));
      else if (number === 11) inputs.push(valueOf(value));
      else if (number === 12) outputs.push(valueOf(value));
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { inputs: null, outputs: null };
  }
  return { inputs: inputs.filter((input) => !weights.has(input.name)), outputs };
}

function nameOfWeights(tensor: Uint8Array): string {
  try {
    return text.decode(first(tensor, 8) ?? new Uint8Array());
  } catch {
    return "";
  }
}

/** Reads as much as the bytes hold; null when they are no ONNX model. */
export function readOnnx(bytes: Uint8Array): OnnxFacts | null {
  let irVersion: number | null = null;
  let producer = "";
  let opset: number | null = null;
  let graph: Pick<OnnxFacts, "inputs" | "outputs"> | null = null;
  try {
    for (const { number, value } of fieldsOf(bytes)) {
      if (number === 1 && typeof value === "number") irVersion = value;
      else if (number === 2 && typeof value !== "number") producer = text.decode(value);
      else if (number === 7 && typeof value !== "number") graph = graphOf(value);
      else if (number === 8 && typeof value !== "number" && (first(value, 1)?.length ?? 0) === 0) opset = numberIn(value, 2);
      else if (number > 30) return null;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  // The first field of every file that libraries write; a version beyond any known one is no version.
  if (irVersion === null || irVersion < 1 || irVersion > 100 || graph === null) return null;
  return { irVersion, producer, opset, ...graph };
}
