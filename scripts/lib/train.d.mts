import type Docker from "dockerode";

export function trainExample(options: {
  readonly docker: Docker;
  /** Image with scikit-learn. */
  readonly image: string;
  /** Folder of the product. */
  readonly root: string;
  /** Folder that gets `blue/model.joblib`, `green/model.joblib` and `sample-request.json`. */
  readonly output: string;
}): Promise<void>;
