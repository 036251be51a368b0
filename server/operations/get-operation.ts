import { notFound } from "#server/domain/errors";
import type { OperationStatus } from "#server/store/history";
import type { OperationContext } from "./context";

export interface OperationDto {
  readonly id: string;
  readonly kind: string;
  readonly status: OperationStatus;
  readonly percent: number;
  readonly error: Readonly<Record<string, unknown>> | null;
  readonly createdAt: number;
  readonly finishedAt: number | null;
}

/** A long-running wish as clients poll it. */
export async function getOperation(context: OperationContext, input: { readonly id: string }): Promise<OperationDto> {
  const row = await context.store.operations.findById(input.id);
  if (row?.workspaceId !== context.actor.workspaceId) throw notFound("operation.not_found", "There is no such operation.");
  const { id, kind, status, percent, error, createdAt, finishedAt } = row;
  return { id, kind, status, percent, error, createdAt, finishedAt };
}
