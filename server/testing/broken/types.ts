import type { DeploymentConditionType, DeploymentSpec } from "#server/domain/deployment/types";
import type { EnvironmentSpec } from "#server/domain/environment/types";

/** Where a person meets it, in the order of a deployment's life. */
export const stages = [
  "when the archive is unpacked",
  "when the spec is read",
  "when the image is looked up",
  "while the image is built",
  "while model and code are staged",
  "while the container starts",
  "while requests are served",
] as const;

/** What the product says of it. In both texts `…` stands for what differs between runs, such as names and addresses. */
export interface Told {
  readonly reason: string;
  readonly message: string;
  readonly hint: string;
}

/** The images that a case can stand on. */
export interface BrokenImages {
  readonly python: string;
  /** The product's own Triton runtime. */
  readonly triton: () => Promise<string>;
}

/** A deployment with one fault. What is left out is sound: a small model, a script that reads it, the platform's inference image. */
export interface BrokenDeployment {
  readonly script?: string;
  readonly spec?: Partial<DeploymentSpec>;
  readonly environment?: (images: BrokenImages) => Partial<EnvironmentSpec> | Promise<Partial<EnvironmentSpec>>;
  /** The environment brings its own server, so that there is no scoring script. */
  readonly ownServer?: true;
  /** Paths and texts of the model's files. */
  readonly model?: Readonly<Record<string, string>>;
  /** Damages a stored file of the model once it is registered. */
  readonly damage?: (blobPath: string) => Promise<void>;
  /** Body of a request that is sent once it is ready; it is then that it fails. */
  readonly request?: string;
  /** Which condition says it; null where only the timeline does. */
  readonly condition: DeploymentConditionType | null;
  /** Exit code that the event keeps: null while it runs on; left out where nothing ran. */
  readonly exitCode?: number | null;
  /** What the lines show that the event keeps; left out where there is no log. */
  readonly lines?: RegExp;
}

export interface BrokenCase extends Told {
  /** What is wrong, for somebody who looks for it. */
  readonly wrong: string;
  readonly stage: (typeof stages)[number];
  /** What mends this very example. */
  readonly mend: string;
  /** Seconds that it may take on two busy cores. */
  readonly budget: number;
  readonly fault:
    | { readonly kind: "deployment"; readonly deployment: BrokenDeployment }
    | { readonly kind: "archive"; readonly archive: () => Promise<Buffer>; readonly archiveKind: "tar" | "tar.gz" }
    /** Shown by a test that has what it needs anyway, such as a registry. */
    | { readonly kind: "elsewhere"; readonly test: string };
}
