import { withPipPackages } from "./conda-text";
import { requirementsText } from "./dependencies";
import { readMlmodel, type MlmodelFacts } from "./mlmodel";
import { belowModelDir, generatedCode, textOf } from "./parts";
import { findMlmodel, folderOf, isMlmodel } from "./reads";
import { exampleRequest } from "./signature";
import { swaggerFiles } from "./swagger";
import type { Contents, GeneratedEnvironment, ScaffoldModel, ScaffoldOutcome, ScaffoldProblem, ScaffoldTemplates } from "./types";

const packageOfFlavor: Readonly<Record<string, string>> = {
  sklearn: "scikit-learn", lightgbm: "lightgbm", xgboost: "xgboost-cpu", catboost: "catboost", pytorch: "torch", onnx: "onnx", statsmodels: "statsmodels",
  tensorflow: "tensorflow", keras: "keras", transformers: "transformers", prophet: "prophet", spacy: "spacy",
}; // prettier-ignore

interface Chosen {
  readonly environment: GeneratedEnvironment;
  readonly notes: readonly string[];
}

const server = { name: "azureml-inference-server-http", line: "azureml-inference-server-http" };

/** The model's own conda file where it has one, else its requirements, else what the MLmodel file says of versions. */
function environmentOf(facts: MlmodelFacts, folder: string, contents: Contents): Chosen {
  const at = (name: string): string => (folder === "" ? name : `${folder}/${name}`);
  const mlflow = { name: "mlflow", line: facts.mlflowVersion === null ? "mlflow" : `mlflow==${facts.mlflowVersion}` };
  const condaPath = at(facts.condaFile ?? "conda.yaml");
  const conda = contents.get(condaPath);
  if (conda !== undefined) {
    const text = withPipPackages(textOf(conda), [
      { ...mlflow, insteadOf: ["mlflow-skinny"] },
      { ...server, insteadOf: ["azureml-defaults"] },
    ]);
    return { environment: { kind: "conda", text }, notes: [`The environment is the model's own ${condaPath}, with the inference server added.`] };
  }
  const requirements = contents.get(at("requirements.txt"));
  if (requirements !== undefined) {
    const own = textOf(requirements);
    const missing = [mlflow, server].filter(({ name }) => !new RegExp(`^${name}\\b(?!-)`, "m").test(own)).map(({ line }) => line); // prettier-ignore
    const text = `${own.trimEnd()}\n${missing.map((line) => `${line}\n`).join("")}`;
    return { environment: { kind: "requirements", text }, notes: ["The model has no conda file: its requirements.txt is used."] };
  }
  const libraries = facts.flavors.flatMap(({ name, version }) => {
    const known = packageOfFlavor[name];
    return known === undefined ? [] : [version === null ? known : `${known}==${version}`];
  });
  const text = requirementsText("Made from the MLmodel file, since the model brings no list of packages.", [mlflow.line, ...libraries]);
  return { environment: { kind: "requirements", text }, notes: ["The model names no packages: they are guessed from its MLmodel file."] };
}

function problemsOf(facts: MlmodelFacts): readonly ScaffoldProblem[] {
  if (facts.hasPythonFunction) return [];
  const names = facts.flavors.map(({ name }) => name).join(", ");
  return [
    {
      message: `The model has no python_function flavor, only: ${names}.`,
      remedy: "Log it again with a flavor that Python can serve, or bring code and an environment of your own.",
    },
  ];
}

/** The example that was logged with the model, as a request. */
function loggedExample(facts: MlmodelFacts, folder: string, contents: Contents): unknown {
  if (facts.inputExample === null || facts.signature?.kind !== "columns") return null;
  const part = contents.get(folder === "" ? facts.inputExample : `${folder}/${facts.inputExample}`);
  if (part === undefined) return null;
  try {
    const example: unknown = JSON.parse(textOf(part));
    return typeof example === "object" && example !== null && "columns" in example && "data" in example
      ? { input_data: { columns: example.columns, data: example.data } }
      : null;
  } catch {
    return null;
  }
}

/** Everything for a model that MLflow wrote. */
export function scaffoldMlflow(model: ScaffoldModel, contents: Contents, templates: ScaffoldTemplates): ScaffoldOutcome {
  const path = findMlmodel(model);
  if (path === null) return { ok: false, problem: { message: "The model has no MLmodel file.", remedy: "Register the folder that MLflow wrote." } };
  const facts = readMlmodel(textOf(contents.get(path)));
  if (facts.problem !== null) return { ok: false, problem: { message: facts.problem, remedy: "Write the model again with MLflow." } };
  const folder = folderOf(path);
  const { environment, notes } = environmentOf(facts, folder, contents);
  const sampleRequest = loggedExample(facts, folder, contents) ?? (facts.signature === null ? null : exampleRequest(facts.signature));
  const others = model.files.filter((file) => isMlmodel(file.path)).length - 1;
  const flavors = facts.flavors.map(({ name, version }) => (version === null ? name : `${name} ${version}`)).join(", ");
  return {
    ok: true,
    scaffold: {
      framework: "mlflow",
      title: `MLflow model${flavors === "" ? "" : ` (${flavors})`}`,
      modelFile: folder === "" ? null : folder,
      code: generatedCode(
        templates,
        "mlflow_score.py",
        { MODEL_FOLDER: belowModelDir(model, folder) },
        swaggerFiles(model.name, facts.signature, sampleRequest),
      ),
      environment,
      signature: facts.signature,
      sampleRequest,
      notes: [
        ...notes,
        ...(facts.signature === null ? ["The model has no signature: input is passed on unchecked."] : []),
        ...(others > 0 ? [`${String(others)} more MLmodel files lie deeper; ${path} is served.`] : []),
      ],
      problems: problemsOf(facts),
    },
  };
}
