import type { Role } from "#server/contract/access";

/** Who asks: a person by session or by access token, always inside one workspace. */
export interface Actor {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly workspaceId: string;
  readonly role: Role;
  /** Null for access tokens. */
  readonly sessionId: string | null;
}
