import { parse } from "yaml";
import { z } from "zod";
import { routingPathSchema } from "../routing/schema";
import type { EnvironmentSpec } from "./types";

/** Who made them, where people's names are shown. */
export const curatedAuthor = "Sluice";

const route = z.strictObject({ path: routingPathSchema, port: z.int().min(1).max(65_535) });
const imagesFile = z.string().regex(/^[a-z]+(\/[A-Za-z0-9_.-]+)+$/, "a file below images/");

const schema = z
  .strictObject({
    name: z.string().regex(/^sluice-[a-z0-9-]{1,50}$/, "begins with sluice-"),
    description: z.string().min(1).max(300),
    requirements: z.string().nullable().default(null),
    condaFile: z.string().nullable().default(null),
    /** Files of the product's folder `images/`; each lies in the build context under its own name. */
    dockerfile: imagesFile.nullable().default(null),
    files: z.array(imagesFile).max(20).default([]),
    inferenceConfig: z
      .strictObject({
        liveness: route,
        readiness: route,
        scoring: route,
        scoringRoutes: z.array(routingPathSchema).default([]),
        pathPrefix: routingPathSchema.nullable().default(null),
        http2: z.boolean().default(false),
      })
      .nullable()
      .default(null),
  })
  .refine(({ requirements, condaFile, dockerfile }) => [requirements, condaFile, dockerfile].filter((one) => one !== null).length === 1, {
    error: "names exactly one of requirements, condaFile and dockerfile",
  })
  .refine(({ dockerfile, files }) => dockerfile !== null || files.length === 0, { error: "files go with a dockerfile" });

/** An environment that comes with the product. */
export interface CuratedEnvironment {
  readonly name: string;
  readonly description: string;
  /** All but the context's files, which have to be registered first. */
  readonly spec: EnvironmentSpec;
  readonly files: readonly { readonly path: string; readonly content: string }[];
}

/** Reads one definition; `read` gives the text of a file below `images/`. Throws for a definition that breaks the rules: that is a mistake of the product's. */
export function readCurated(text: string, read: (path: string) => string): CuratedEnvironment {
  const { name, description, requirements, condaFile, dockerfile, files, inferenceConfig } = schema.parse(parse(text));
  return {
    name,
    description,
    spec: {
      image: null,
      condaFile,
      requirements,
      dockerfile: dockerfile === null ? null : read(dockerfile),
      contextCodeId: null,
      buildArgs: {},
      condaSolver: "auto",
      inferenceConfig,
      container: null,
    },
    files: files.map((path) => ({ path: path.slice(path.lastIndexOf("/") + 1), content: read(path) })).sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

/** Text that is equal for two definitions exactly when neither needs a version of its own. */
export const curatedIdentity = ({ description, spec, files }: CuratedEnvironment): string =>
  JSON.stringify([description, spec.condaFile, spec.requirements, spec.dockerfile, spec.inferenceConfig, files.map(({ path, content }) => [path, content])]);
