import { createHash } from "node:crypto";

/** Everything that local deployments own on the engine carries this installation's labels, so that no product ever takes it for its own. */
export const localInstallation = "local";
/** Of no installation: those are cut from 10.130 to 10.249. */
export const localSupernet = "10.129.0.0/16";

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 24);

/** The same for every start of the same deployment, so that a repeated `up` finds network and volumes of the one before. */
export const localDeploymentId = (endpoint: string, deployment: string): string => `dep_${digest(`${endpoint.toLowerCase()}/${deployment.toLowerCase()}`)}`;
/** One instance per content: what is up already is recognised. */
export const localInstanceId = (deploymentId: string, specHash: string): string => `ins_${digest(`${deploymentId}/${specHash}`)}`;
