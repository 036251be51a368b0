/** Algorithms that gateways verify. A public key belongs to exactly one; what a token says of itself is only compared with that. */
export const tokenAlgorithms = ["ES256", "RS256"] as const;
export type TokenAlgorithm = (typeof tokenAlgorithms)[number];

/** Claims that can hold the permission to score. */
export const permissionClaims = ["roles", "groups", "scp"] as const;
export type PermissionClaim = (typeof permissionClaims)[number];

/** Seconds by which the clocks of issuer and gateway may differ. */
export const clockLeewaySeconds = 300;
