import { withPipPackages } from "./conda-text";
import { belowModelDir, filled, scoringScript, textOf } from "./parts";
import { baseOf, folderOf, isAutomlConda, isAutomlScript } from "./reads";
import type { Contents, ScaffoldModel, ScaffoldOutcome, ScaffoldTemplates } from "./types";

const newestFirst = (a: string, b: string): number => b.localeCompare(a, "en", { numeric: true });

const withServer = (text: string): string =>
  withPipPackages(text, [{ name: "azureml-inference-server-http", line: "azureml-inference-server-http", insteadOf: ["azureml-defaults"] }]);

/** Whether the folder is what an AutoML run leaves: its scoring script and the environment for it. */
export const looksLikeAutoml = (model: ScaffoldModel): boolean =>
  !model.isFile && model.files.some((file) => isAutomlScript(file.path)) && model.files.some((file) => isAutomlConda(file.path));

/** Everything for an AutoML run's output folder: its newest script and environment, as they are. */
export function scaffoldAutoml(model: ScaffoldModel, contents: Contents, templates: ScaffoldTemplates): ScaffoldOutcome {
  // A script for a report reads other requests than an endpoint gets.
  const scripts = model.files.map((file) => file.path).filter((path) => isAutomlScript(path) && !path.includes("_pbi_"));
  const [script] = scripts.sort(newestFirst);
  const [conda] = model.files.map((file) => file.path).filter(isAutomlConda).sort(newestFirst); // prettier-ignore
  if (script === undefined || conda === undefined)
    return {
      ok: false,
      problem: {
        message: "The model has no scoring_file_v_*.py with a conda_env_v_*.yml beside it.",
        remedy: "Register the whole output folder of the AutoML run.",
      },
    };
  const wrapper = filled(templates, "automl_score.py", { MODEL_FOLDER: belowModelDir(model, folderOf(script)), SCRIPT: baseOf(script) });
  return {
    ok: true,
    scaffold: {
      framework: "automl",
      title: `AutoML output (${baseOf(script)})`,
      modelFile: model.files.find((file) => folderOf(file.path) === folderOf(script) && /\.(pkl|pt|joblib)$/.test(file.path))?.path ?? null,
      code: {
        rootName: "onlinescoring",
        scoringScript,
        files: [
          { path: scoringScript, content: wrapper },
          { path: baseOf(script), content: textOf(contents.get(script)) },
        ],
      },
      environment: { kind: "conda", text: withServer(textOf(contents.get(conda))) },
      signature: null,
      sampleRequest: null,
      notes: [`${script} and ${conda} are used as they are.`, ...(scripts.length > 1 ? [`Older scripts are left alone: ${scripts.slice(1).join(", ")}.`] : [])],
      problems: [],
    },
  };
}
