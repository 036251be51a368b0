import type { InferenceRoutes } from "../deployment/types";
import type { AssetFile, ModelType } from "../model/types";

/** Kinds of models that can be deployed without code or environment. */
export const frameworks = ["mlflow", "automl", "onnx", "sklearn", "lightgbm", "xgboost", "torch", "triton"] as const;
export type Framework = (typeof frameworks)[number];

/** What has to be known of a model version before any of its files is read. */
export interface ScaffoldModel {
  readonly name: string;
  readonly type: ModelType;
  readonly rootName: string;
  readonly isFile: boolean;
  readonly files: readonly AssetFile[];
}

/** What was read of a file. `tail` is empty when `head` is the whole file, or when the end was too far away. */
export interface FilePart {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
}
export type Contents = ReadonlyMap<string, FilePart>;

/** Bytes wanted of one file; a tail is given up where the file is larger than `withinBytes`. */
export interface FileRead {
  readonly path: string;
  readonly headBytes: number;
  readonly tailBytes: number;
}

/** One value that a request carries: a column of a table or a named tensor. */
export interface SignatureField {
  /** Empty for the only, unnamed value. */
  readonly name: string;
  /** The library's own word, such as `double` or `float32`. */
  readonly type: string;
  /** Sizes of a tensor, -1 where any size will do; null for a column. */
  readonly shape: readonly number[] | null;
  readonly required: boolean;
}

export interface SignatureParam {
  readonly name: string;
  readonly type: string;
  readonly default: unknown;
}

export interface Signature {
  readonly kind: "columns" | "tensors";
  readonly inputs: readonly SignatureField[];
  readonly outputs: readonly SignatureField[];
  readonly params: readonly SignatureParam[];
}

/** Something that keeps the model from being served, or from being served well. */
export interface ScaffoldProblem {
  readonly message: string;
  readonly remedy: string;
}

export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

export interface GeneratedCode {
  readonly rootName: string;
  readonly scoringScript: string;
  readonly files: readonly GeneratedFile[];
}

/** The generated environment: a list of dependencies, or a Dockerfile with the files it copies, whose server may have routes of its own. */
export type GeneratedEnvironment =
  | { readonly kind: "conda"; readonly text: string }
  | { readonly kind: "requirements"; readonly text: string }
  | { readonly kind: "dockerfile"; readonly text: string; readonly files: readonly GeneratedFile[]; readonly inferenceConfig: InferenceRoutes | null };

/** Everything that a model version needs in order to be served, made from the model alone. */
export interface Scaffold {
  readonly framework: Framework;
  /** What was recognised, in a few words. */
  readonly title: string;
  /** The file that will be loaded, relative to the model's root; null when it is the whole folder. */
  readonly modelFile: string | null;
  /** Null when the environment's image serves models by itself. */
  readonly code: GeneratedCode | null;
  readonly environment: GeneratedEnvironment;
  readonly signature: Signature | null;
  readonly sampleRequest: unknown;
  /** Assumptions and substitutions that a person may want to know of. */
  readonly notes: readonly string[];
  /** Not empty: deploying would fail. */
  readonly problems: readonly ScaffoldProblem[];
}

export type ScaffoldOutcome = { readonly ok: true; readonly scaffold: Scaffold } | { readonly ok: false; readonly problem: ScaffoldProblem };

/** Texts that come with the product, by their path in images/, such as `scaffold/sklearn_score.py`; handed in because the domain reads no files. */
export type ScaffoldTemplates = ReadonlyMap<string, string>;

export interface ScaffoldInput {
  readonly model: ScaffoldModel;
  /** Parts of the files that `readsFor` names. */
  readonly contents: Contents;
  /** What a person says it is; null for what it looks like. */
  readonly framework: Framework | null;
  readonly templates: ScaffoldTemplates;
  /** An image with Triton's server to use instead of the CPU runtime that comes with the product; null for the latter. */
  readonly tritonImage: string | null;
  /** An index with wheels of PyTorch for CPUs; null for Debian's build. */
  readonly torchIndexUrl: string | null;
}
