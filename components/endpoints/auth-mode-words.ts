import type { EndpointDto } from "#server/contract/endpoint";

interface Words {
  readonly text: string;
  /** Begins a sentence about those who call so. */
  readonly callers: string;
  readonly sentence: string;
}

/** The auth modes in people's words. */
export const authModeWords: Readonly<Record<EndpointDto["authMode"], Words>> = {
  key: {
    text: "Keys",
    callers: "Callers with keys",
    sentence: "The primary or secondary key, or a client key. They go on until they are replaced or revoked.",
  },
  aml_token: {
    text: "Tokens of Sluice",
    callers: "Callers with tokens of Sluice",
    sentence: "A signed token of 12 hours, fetched by whoever may call this endpoint. It names the caller in every request's row; keys are not offered.",
  },
  aad_token: {
    text: "Tokens of an identity provider",
    callers: "Callers with tokens of the identity provider",
    sentence: "A token of the OpenID Connect provider that the workspace's settings name, with the permission they ask for. Keys are not offered.",
  },
};
