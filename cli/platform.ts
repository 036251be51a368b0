import type { ComputeDriver } from "#server/drivers/compute-driver";

/** Image references that local deployments stand on, as every installation has them. */
export interface PlatformImages {
  readonly pythonBase: string;
  readonly inference: string;
  readonly initializer: string;
}

/** What the command gets from the project that it lies in: an engine, its images, and the templates of generated images. */
export interface Platform {
  /** The project's folder. */
  readonly root: string;
  /** Socket of the user's own engine; nothing is installed for it. Rejects with one sentence and a remedy. */
  engineSocket(): Promise<string>;
  /** Makes or finds the platform's images. */
  images(): Promise<PlatformImages>;
}

export interface Machine {
  readonly driver: ComputeDriver;
  readonly images: PlatformImages;
}
