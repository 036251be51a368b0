import type { ChangeKind } from "#server/store/changes";
import type { StoreSession } from "#server/store/store";
import { writeAudit, type AuditInput } from "./audit";
import type { OperationContext } from "./context";

export interface WishRecord {
  readonly audit: AuditInput;
  /** Hints to the control plane. */
  readonly changes: readonly (readonly [ChangeKind, string])[];
  /** The generation that the operation is done with once it was observed; null when nothing has to converge. */
  readonly generation: number | null;
}

/** What belongs to every accepted wish, in its own transaction: hints, audit entry, and the operation that clients may poll. */
export async function recordWish(context: OperationContext, session: StoreSession, record: WishRecord): Promise<void> {
  const { audit, changes, generation } = record;
  for (const [kind, key] of changes) await session.changes.append(kind, key);
  await writeAudit(context, session, audit);
  const id = context.newId("operation");
  await session.operations.insert({
    id,
    workspaceId: context.actor.workspaceId,
    kind: audit.action,
    targetType: audit.targetType,
    targetId: audit.targetId,
    generation: generation ?? 0,
    status: generation === null ? "Succeeded" : "InProgress",
    actorId: context.actor.userId,
    createdAt: context.clock.now(),
  });
  context.accepted.operationId = id;
}
