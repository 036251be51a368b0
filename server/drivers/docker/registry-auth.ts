import type { AuthConfig, RegistryConfig } from "dockerode";
import type { RegistryAuth } from "../compute-driver";

/** The address under which engines keep Docker Hub's credentials. */
const hubAddress = "https://index.docker.io/v1/";
const addressOf = ({ registry }: RegistryAuth): string => (registry === "docker.io" ? hubAddress : registry);

/** Credentials as the engine's header wants them. */
export const authConfig = (auth: RegistryAuth): AuthConfig => ({
  username: auth.username,
  password: auth.password.reveal(),
  serveraddress: addressOf(auth),
});

/** The same for a build, which may pull from several registries. */
export const registryConfig = (auths: readonly RegistryAuth[]): RegistryConfig =>
  Object.fromEntries(auths.map((auth) => [addressOf(auth), { username: auth.username, password: auth.password.reveal() }]));
