import type { AssetFile } from "../model/types";
import { condaFileWithServer } from "./conda-file";
import { readDockerfile } from "./dockerfile";
import type { EnvironmentRecipe } from "./recipe-types";
import type { SolvedRecipe } from "./solver";
import type { EnvironmentSpec } from "./types";

/** Texts that come with the product (images/serving/), handed in because the domain reads no files. */
export interface EnvironmentTemplate {
  /** Dockerfile in which `@BASE@` stands for the base image; its last stage is every environment's. */
  readonly dockerfile: string;
  /** Build stage that installs with conda; `@CONDA@` stands for an image with micromamba. */
  readonly condaStage: string;
  readonly startScript: string;
  /** PEM certificates that installs shall trust besides the usual ones, or null. */
  readonly extraCa: string | null;
}

interface PlanText {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/** A file of the artifact store, by digest. */
interface PlanBlob extends AssetFile {
  readonly mode: number;
}

/** A build context without the engine's words; control adds limits and pip settings. */
export interface EnvironmentBuildPlan {
  readonly dockerfile: string;
  readonly files: readonly (PlanText | PlanBlob)[];
  readonly buildArgs: Readonly<Record<string, string>>;
}

export interface PlanBase {
  readonly image: string;
  /** Marks an image that a user or an operator named, as opposed to the product's own Python base. */
  readonly foreign: boolean;
}

/** Where the extra authorities lie in a context; also in that of a user's Dockerfile, which may copy them. */
export const extraCaPath = ".sluice/extra-ca.pem";
const caBundle = "/opt/sluice/ca-bundle.pem";
/** Build argument that stands for the platform's Python base, whatever it is called here. */
export const baseArgument = "SLUICE_BASE_IMAGE";

const text = (path: string, content: string, mode = 0o644): PlanText => ({ path, content, mode });
const caFiles = ({ extraCa }: EnvironmentTemplate): readonly PlanText[] => (extraCa === null ? [] : [text(extraCaPath, extraCa)]);

/** Tools carry their own lists of authorities, and each reads another of these variables. */
const trustExtraCa = ({ extraCa }: EnvironmentTemplate): string =>
  extraCa === null
    ? ""
    : `COPY ${extraCaPath} /tmp/extra-ca.pem
RUN mkdir -p /opt/sluice && (cat /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem 2>/dev/null; cat /tmp/extra-ca.pem) > ${caBundle}
ENV SSL_CERT_FILE=${caBundle} REQUESTS_CA_BUNDLE=${caBundle} PIP_CERT=${caBundle} MAMBA_SSL_VERIFY=${caBundle}
`;

/** Fails the build when the base's interpreter is not the one that the file asks for; its own message is what the failure shows. */
function checkPython({ python }: EnvironmentRecipe): string {
  if (python.minors === null) return "";
  const message = `sluice: the base image has Python 3.%d, and the environment asks for Python ${(python.requested ?? "").replace(/[^0-9A-Za-z.*<>=!~,]/g, "")}`;
  return `RUN /usr/local/bin/python -c 'import sys; minor = sys.version_info[1]; sys.exit(0 if minor in (${python.minors.join(", ")},) else "${message}" % minor)'
`;
}

/** A foreign base image gets what the template relies on: an interpreter at a known place, `uv`, and the extra authorities. */
const foreignBase = (image: string, recipe: EnvironmentRecipe, template: EnvironmentTemplate): string => `FROM ${image} AS sluice-base
USER root
${trustExtraCa(template)}RUN test -x /usr/local/bin/python || ln -s "$(command -v python3 || command -v python)" /usr/local/bin/python
${checkPython(recipe)}RUN test -x /opt/uv/bin/uv || (/usr/local/bin/python -m venv /opt/uv && /opt/uv/bin/pip install -q uv)
`;

const imagePattern = /^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/;

/** Whether the text can be an image reference, and nothing else of a Dockerfile's line. */
export const isImageReference = (reference: string): boolean => reference.length <= 512 && imagePattern.test(reference);

/** An environment whose packages pip installs. The recipe must be free of problems and the image a valid reference. */
export function environmentBuildPlan(recipe: EnvironmentRecipe, base: PlanBase, template: EnvironmentTemplate): EnvironmentBuildPlan {
  const dockerfile = base.foreign
    ? foreignBase(base.image, recipe, template) + template.dockerfile.replaceAll("@BASE@", "sluice-base")
    : template.dockerfile.replaceAll("@BASE@", base.image);
  return {
    dockerfile,
    files: [
      text("requirements.txt", `${recipe.lines.join("\n")}\n`),
      text("aml-start.sh", template.startScript, 0o755),
      ...(base.foreign ? caFiles(template) : []),
    ],
    buildArgs: {},
  };
}

/** An environment that conda installs in a stage of its own; the result is copied onto the base, which needs no conda then. */
export function condaBuildPlan(condaFile: string, base: PlanBase, condaImage: string, template: EnvironmentTemplate): EnvironmentBuildPlan {
  const finalStage = template.dockerfile.slice(template.dockerfile.lastIndexOf("FROM @BASE@")).replaceAll("@BASE@", base.image);
  const asRoot = base.foreign ? finalStage.replace("\n", "\nUSER root\n") : finalStage;
  const [from = "", ...rest] = template.condaStage.replaceAll("@CONDA@", condaImage).split("\n");
  return {
    dockerfile: `${from}\nUSER root\n${trustExtraCa(template)}${rest.join("\n")}${asRoot}`,
    files: [text("conda.yaml", condaFile), text("aml-start.sh", template.startScript, 0o755), ...caFiles(template)],
    buildArgs: {},
  };
}

/** Images that environments are put upon. */
export interface PlanImages {
  readonly python: string;
  readonly pythonVersion: string;
  readonly otherPythons: readonly { readonly version: string; readonly image: string }[];
  readonly conda: string | null;
}

/** What an environment's packages are put upon: the user's image, or the platform's for the wanted version of Python. */
function baseOf(spec: Pick<EnvironmentSpec, "image">, recipe: SolvedRecipe, images: PlanImages): PlanBase {
  if (spec.image !== null) return { image: spec.image, foreign: true };
  const other = images.otherPythons.find(({ version }) => version === recipe.python.version);
  return other === undefined || recipe.python.version === images.pythonVersion
    ? { image: images.python, foreign: false }
    : { image: other.image, foreign: true };
}

/** How the packages of an environment are installed. The recipe must be free of problems and the images valid references. */
export function planFor(
  spec: Pick<EnvironmentSpec, "image" | "condaFile">,
  recipe: SolvedRecipe,
  images: PlanImages,
  template: EnvironmentTemplate,
  base: PlanBase = baseOf(spec, recipe, images),
): EnvironmentBuildPlan {
  return recipe.solver === "conda" && spec.condaFile !== null && images.conda !== null
    ? condaBuildPlan(condaFileWithServer(spec.condaFile), base, images.conda, template)
    : environmentBuildPlan(recipe, base, template);
}

/** A Dockerfile of the user's over the files of a code asset. Build arguments that it does not declare are left out. */
export function dockerfileBuildPlan(
  spec: Pick<EnvironmentSpec, "buildArgs"> & { readonly dockerfile: string },
  context: readonly AssetFile[],
  platform: { readonly python: string; readonly buildArgs: Readonly<Record<string, string>> },
  template: EnvironmentTemplate,
): EnvironmentBuildPlan {
  const declared = new Set(
    readDockerfile(spec.dockerfile)
      .filter(({ keyword }) => keyword === "ARG")
      .flatMap(({ text: rest }) => [...rest.matchAll(/(?:^|\s)(\w+)/g)].map(([, name = ""]) => name)),
  );
  const offered: Readonly<Record<string, string>> = { [baseArgument]: platform.python, ...platform.buildArgs, ...spec.buildArgs };
  return {
    dockerfile: spec.dockerfile.endsWith("\n") ? spec.dockerfile : `${spec.dockerfile}\n`,
    files: [...context.filter(({ path }) => path !== "Dockerfile").map((file) => ({ ...file, mode: 0o755 })), ...caFiles(template)],
    buildArgs: Object.fromEntries(Object.entries(offered).filter(([name]) => declared.has(name))),
  };
}

/** Text whose digest is the build's content hash: equal texts, equal images. */
export const buildPlanIdentity = (plan: EnvironmentBuildPlan): string =>
  JSON.stringify([
    plan.dockerfile,
    plan.files.map((file) => [file.path, file.mode, "content" in file ? file.content : file.sha256]),
    ...(Object.keys(plan.buildArgs).length === 0 ? [] : [Object.entries(plan.buildArgs).sort()]),
  ]);

/** What the build log says before the engine's first line: every difference from what the user wrote. */
export function recipeLogLines(recipe: SolvedRecipe): readonly string[] {
  const asked = recipe.python.requested === null ? "" : ` (asked for ${recipe.python.requested})`;
  const python = `Python ${recipe.python.version ?? (recipe.solver === "conda" ? "from conda" : "of the base image")}${asked}`;
  return [
    ...(recipe.warning === null ? [] : [`WARNING: ${recipe.warning}`]),
    ...recipe.substitutions.map(({ line, from, to }) => `line ${String(line)}: ${from} -> ${to}`),
    python,
    ...recipe.notes.map(({ line, message }) => (line === null ? `note: ${message}` : `note, line ${String(line)}: ${message}`)),
    ...(recipe.solver === "conda" ? ["conda packages:"] : ["requirements:"]),
    ...recipe.lines.map((line) => `  ${line}`),
  ];
}
