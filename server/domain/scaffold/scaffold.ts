import { looksLikeAutoml, scaffoldAutoml } from "./automl";
import { scaffoldFile, sight, type FileFramework, type Sighting } from "./files";
import { scaffoldMlflow } from "./mlflow";
import { baseOf, candidates, depthOf } from "./reads";
import { scaffoldTriton } from "./triton-scaffold";
import type { Framework, ScaffoldInput, ScaffoldModel, ScaffoldOutcome } from "./types";

/** Model files of one folder in the order in which they are likely to be meant. */
function order(a: Sighting, b: Sighting): number {
  const named = (sighting: Sighting) => (baseOf(sighting.path).toLowerCase().startsWith("model") ? 0 : 1);
  return depthOf(a.path) - depthOf(b.path) || named(a) - named(b) || (a.path < b.path ? -1 : 1);
}

const supported = "MLflow, ONNX, TorchScript, scikit-learn, LightGBM, XGBoost, Triton and AutoML output";

function unrecognised(model: ScaffoldModel, framework: Framework | null): ScaffoldOutcome {
  const names = model.files.slice(0, 5).map((file) => file.path).join(", "); // prettier-ignore
  const more = model.files.length > 5 ? ` and ${String(model.files.length - 5)} more` : "";
  const wanted = framework === null ? `none of the kinds that can be served without code (${supported})` : `not ${framework}`;
  return {
    ok: false,
    problem: {
      message: `${model.name} is ${wanted}. It holds: ${names}${more}.`,
      remedy:
        framework === null
          ? "Bring a scoring script and an environment, or name the framework if it was not recognised."
          : "Name another framework, or bring a scoring script and an environment.",
    },
  };
}

function scaffoldFiles(input: ScaffoldInput, forced: FileFramework | null): ScaffoldOutcome {
  const { model, contents } = input;
  const found = candidates(model).flatMap((file) => {
    const part = contents.get(file.path);
    const seen = part === undefined ? null : sight(file.path, part, forced);
    return seen === null ? [] : [seen];
  });
  const [chosen, ...others] = found.sort(order);
  if (chosen === undefined) return unrecognised(model, input.framework);
  const notes =
    others.length === 0 ? [] : [`${chosen.path} is served; ${others.map(({ path }) => path).join(", ")} could be too. MODEL_FILE in the script says which.`];
  return { ok: true, scaffold: scaffoldFile(input, chosen, notes) };
}

/** What a model version needs in order to be served, from the model alone; or why that cannot be said. Pure: equal input, equal output. */
export function scaffold(input: ScaffoldInput): ScaffoldOutcome {
  const { model, contents, templates, framework } = input;
  switch (framework) {
    case "mlflow":
      return scaffoldMlflow(model, contents, templates);
    case "automl":
      return scaffoldAutoml(model, contents, templates);
    case "triton":
      return scaffoldTriton(input);
    case null:
      if (model.type === "mlflow_model") return scaffoldMlflow(model, contents, templates);
      if (model.type === "triton_model") return scaffoldTriton(input);
      return looksLikeAutoml(model) ? scaffoldAutoml(model, contents, templates) : scaffoldFiles(input, null);
    default:
      return scaffoldFiles(input, framework);
  }
}
