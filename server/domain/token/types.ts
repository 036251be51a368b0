/** Algorithms that gateways verify. A public key belongs to exactly one; what a token says of itself is only compared with that. */
export const tokenAlgorithms = ["ES256", "RS256"] as const;
export type TokenAlgorithm = (typeof tokenAlgorithms)[number];

/** Claims that can hold the permission to score. */
export const permissionClaims = ["roles", "groups", "scp"] as const;
export type PermissionClaim = (typeof permissionClaims)[number];

/** Seconds by which the clocks of issuer and gateway may differ. */
export const clockLeewaySeconds = 300;

/** The claim of our own tokens that holds `noPin` where the token's holder may not choose a deployment. */
export const pinClaim = "sluice_pin";
export const noPin = "no";

/** `iss` of the tokens that a workspace signs itself. */
export const issuerOf = (workspaceId: string): string => `urn:sluice:${workspaceId}`;

/** `aud` of tokens for one endpoint. Its id, so that a later endpoint of the same name does not take them. */
export const audienceOf = (endpointId: string): string => endpointId;

/** `aud` of the tokens by which the studio's test console calls an endpoint whose callers have tokens of a provider. */
export const consoleAudienceOf = (endpointId: string): string => `${endpointId}/console`;
