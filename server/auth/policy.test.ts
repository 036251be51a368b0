import { describe, expect, it } from "vitest";
import { roles } from "#server/contract/access";
import { isAtLeast, may, requireVerb, verbs, type Verb } from "./policy";

const actor = (role: (typeof roles)[number]) => ({ userId: "usr_1", name: "Ada", email: "ada@example.com", workspaceId: "ws_1", role, sessionId: null });

describe.each(Object.keys(verbs) as Verb[])("verb %s", (verb) => {
  it.each([...roles])("is open to %s exactly when the role is high enough, and refused with a code otherwise", (role) => {
    const allowed = isAtLeast(role, verbs[verb]);
    expect(may(actor(role), verb)).toBe(allowed);
    if (allowed) expect(() => requireVerb(actor(role), verb)).not.toThrow();
    else expect(() => requireVerb(actor(role), verb)).toThrow(expect.objectContaining({ code: "auth.role_insufficient", kind: "forbidden" }));
  });
});
