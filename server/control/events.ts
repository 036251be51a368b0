import type { StoreSession } from "#server/store/store";

export interface Occurrence {
  readonly workspaceId: string;
  readonly endpointId?: string | null;
  readonly deploymentId?: string | null;
  readonly instanceId?: string | null;
  readonly severity: "info" | "warning" | "error";
  readonly reason: string;
  readonly message: string;
  readonly hint?: string | null;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Keeps an event in the transaction of what it tells about, so that neither exists without the other. */
export const recordEvent = (session: StoreSession, occurrence: Occurrence, atMs: number): Promise<void> =>
  session.events.insert({ endpointId: null, deploymentId: null, instanceId: null, hint: null, data: {}, ...occurrence, at: atMs });
