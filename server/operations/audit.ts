import type { StoreSession } from "#server/store/store";
import type { OperationContext } from "./context";

export interface AuditInput {
  /** The verb of the policy table. */
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly targetName: string;
  readonly endpointId?: string | null;
  readonly before?: Readonly<Record<string, unknown>> | null;
  readonly after?: Readonly<Record<string, unknown>> | null;
}

/** Notes who asked for what, in the transaction of the change itself. Never give it a secret. */
export async function writeAudit(context: OperationContext, session: StoreSession, input: AuditInput): Promise<void> {
  const { actor, requestId, clock } = context;
  await session.audit.insert({
    id: context.newId("audit"),
    workspaceId: actor.workspaceId,
    actorId: actor.userId,
    actorName: actor.name,
    requestId,
    at: clock.now(),
    ...input,
    endpointId: input.endpointId ?? null,
    before: input.before ?? null,
    after: input.after ?? null,
  });
}
