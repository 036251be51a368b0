import type { Signature, SignatureField } from "./types";

/** Beyond this an example is no help to a reader. */
const maxExampleItems = 1000;

/** A value that a field of that type takes, in JSON's words. */
function exampleValue(type: string): unknown {
  if (type.startsWith("array")) return [exampleValue(/^array\((.*)\)$/.exec(type)?.[1] ?? "double")];
  if (type.startsWith("object") || type.startsWith("map")) return {};
  if (/^(bool|boolean)$/.test(type)) return true;
  if (/^(string|str|object_|bytes)$/.test(type) || type === "TYPE_STRING") return "text";
  if (type.startsWith("datetime")) return "2026-01-01T00:00:00";
  if (type === "binary") return "AA==";
  return /^(u?int|integer|long)/i.test(type) ? 0 : 0.5;
}

const sizesOf = (shape: readonly number[]): readonly number[] => shape.map((size) => (size < 1 ? 1 : size));
const countOf = (shape: readonly number[]): number => sizesOf(shape).reduce((product, size) => product * size, 1);

const nested = (shape: readonly number[], value: unknown): unknown => {
  const [size, ...rest] = shape;
  return size === undefined ? value : Array.from({ length: size }, () => nested(rest, value));
};

/** A tensor of the field's shape, nested as JSON; null when it would be too large to show. */
function exampleTensor({ shape, type }: SignatureField): unknown {
  const sizes = shape ?? [-1];
  return countOf(sizes) > maxExampleItems ? null : nested(sizesOf(sizes), exampleValue(type));
}

/** A request that the signature accepts, or null when none can be shown. */
export function exampleRequest(signature: Signature): unknown {
  const params = signature.params.length === 0 ? {} : { params: Object.fromEntries(signature.params.map((param) => [param.name, param.default])) };
  if (signature.inputs.length === 0) return null;
  if (signature.kind === "columns") {
    const named = signature.inputs.every((input) => input.name !== "");
    const row = signature.inputs.map((input) => exampleValue(input.type));
    if (!named) return { input_data: [row], ...params };
    return { input_data: { columns: signature.inputs.map((input) => input.name), index: [0], data: [row] }, ...params };
  }
  const tensors = signature.inputs.map((input) => [input.name, exampleTensor(input)] as const);
  if (tensors.some(([, value]) => value === null)) return null;
  const [only] = tensors;
  return { input_data: tensors.length === 1 && only?.[0] === "" ? only[1] : Object.fromEntries(tensors), ...params };
}

/** KServe's datatype words by those of ONNX and NumPy. */
const kserveTypes = new Map([
  ["float32", "FP32"],
  ["float64", "FP64"],
  ["float16", "FP16"],
  ["bool", "BOOL"],
  ["string", "BYTES"],
]);
const kserveType = (type: string): string => kserveTypes.get(type) ?? type.toUpperCase();

/** A request of KServe's second protocol, or null when none can be shown. */
export function exampleInference(inputs: readonly SignatureField[]): unknown {
  if (inputs.length === 0 || inputs.some((input) => countOf(input.shape ?? []) > maxExampleItems)) return null;
  return {
    inputs: inputs.map((input) => {
      const shape = sizesOf(input.shape ?? [1]);
      return {
        name: input.name,
        shape,
        datatype: kserveType(input.type),
        data: Array.from({ length: countOf(shape) }, () => exampleValue(input.type)),
      };
    }),
  };
}
