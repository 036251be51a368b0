import type { TestScoreResult } from "#server/contract/scoring";
import { isObject } from "./swagger-input";

/** What a model refused: the column, tensor or parameter, and of a table the row where it is told. */
export interface Refusal {
  readonly name: string;
  readonly row: number | null;
  readonly message: string;
}

const named = /\b(?:Column|Tensor|Parameter) `([^`]+)`(?:, row (\d+))?/;

/** What the model itself answered where the gateway tells it by a status of its own; else null. */
export function modelStatus(headers: TestScoreResult["headers"]): number | null {
  const value = headers.find(([name]) => name.toLowerCase() === "ms-azureml-model-error-statuscode")?.[1];
  return value === undefined ? null : Number(value);
}

/** The field that a model's 400 names, as the generated scripts word it; null when it names none. */
export function refusalOf({ status, headers, body }: Pick<TestScoreResult, "status" | "headers" | "body">): Refusal | null {
  if ((modelStatus(headers) ?? status) !== 400) return null;
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return null;
  }
  const message = isObject(document) && typeof document["message"] === "string" ? document["message"] : "";
  const [, name, row] = named.exec(message) ?? [];
  return name === undefined ? null : { name, row: row === undefined ? null : Number(row), message };
}

/** What a field shows of a refusal: its words where it is meant. */
export const refusalAt = (refusal: Refusal | null, name: string, row: number | null): string | null =>
  refusal?.name === name && (row === null || refusal.row === null || refusal.row === row) ? refusal.message : null;
