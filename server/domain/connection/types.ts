/** What a connection reaches. */
export const connectionKinds = ["container_registry", "s3"] as const;
export type ConnectionKind = (typeof connectionKinds)[number];

/** What the last sign-in with it came to. */
export const connectionStates = ["Unchecked", "Working", "Denied", "Unreachable"] as const;
export type ConnectionState = (typeof connectionStates)[number];
