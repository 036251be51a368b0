import type { PickleScan } from "./pickle";
import type { ScaffoldProblem } from "./types";

/** Packages by the module that a pickle imports. */
const packages: ReadonlyMap<string, string> = new Map([
  ["sklearn", "scikit-learn"],
  ["lightgbm", "lightgbm"],
  // The same library without GPU code, a fifth of the size.
  ["xgboost", "xgboost-cpu"],
  ["catboost", "catboost"],
  ["imblearn", "imbalanced-learn"],
  ["category_encoders", "category-encoders"],
  ["numpy", "numpy"],
  ["pandas", "pandas"],
  ["scipy", "scipy"],
  ["joblib", "joblib"],
  ["feature_engine", "feature-engine"],
  ["statsmodels", "statsmodels"],
  ["sklearn_pandas", "sklearn-pandas"],
  ["threadpoolctl", "threadpoolctl"],
]);

const standardLibrary: ReadonlySet<string> = new Set([
  "__builtin__", "_codecs", "_collections", "_functools", "_io", "_operator", "_random", "_struct", "abc", "array", "builtins", "collections", "copy_reg",
  "copyreg", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "inspect", "io", "itertools", "json", "logging", "math", "operator",
  "os", "pathlib", "posixpath", "random", "re", "statistics", "string", "threading", "time", "types", "typing", "uuid", "warnings", "weakref", "zoneinfo",
]); // prettier-ignore

/** The first release of scikit-learn with wheels for the Python of the base image. */
const oldestSklearn = [1, 2];
const oldestSklearnPin = "1.2.2";
/** Releases before it were built for NumPy 1. */
const sklearnForNumpy2 = [1, 4, 2];

const parts = (version: string): number[] => version.split(".").slice(0, 3).map((part) => Number.parseInt(part, 10)); // prettier-ignore

function isBefore(version: readonly number[], other: readonly number[]): boolean {
  for (const [index, wanted] of other.entries()) if ((version[index] ?? 0) !== wanted) return (version[index] ?? 0) < wanted;
  return false;
}

export interface Dependencies {
  readonly lines: readonly string[];
  readonly notes: readonly string[];
  readonly problems: readonly ScaffoldProblem[];
}

/** The requirement of scikit-learn, and of NumPy where the release needs an old one. */
function sklearnLines(version: string | null): Dependencies {
  if (version === null)
    return {
      lines: ["scikit-learn"],
      notes: [
        "The file does not say which release of scikit-learn wrote it: the newest is installed. Pin the right one if predictions differ or loading fails.",
      ],
      problems: [],
    };
  if (!/^\d+\.\d+(\.\d+)?((rc|\.post)\d+)?$/.test(version))
    return { lines: ["scikit-learn"], notes: [`scikit-learn ${version} is not on the package index: the newest is installed.`], problems: [] };
  const old = isBefore(parts(version), oldestSklearn);
  const pin = old ? oldestSklearnPin : version;
  const notes = old ? [`scikit-learn ${version} cannot be installed on this Python: ${pin} is used, which may refuse the file.`] : [];
  const lines = [`scikit-learn==${pin}`, ...(isBefore(parts(pin), sklearnForNumpy2) ? ["numpy<2"] : [])];
  return { lines, notes, problems: [] };
}

/** What loading a pickle imports, as requirements; a module that no known package brings is a problem, since loading would fail. */
export function pickleDependencies(scan: PickleScan): Dependencies {
  const modules = [...new Set(scan.globals.map((name) => name.split(".")[0] ?? ""))].filter((module) => !standardLibrary.has(module));
  const sklearn = sklearnLines(scan.sklearnVersion);
  // LightGBM's and XGBoost's classes derive from scikit-learn's, so they need it even where the pickle does not name it.
  const needsSklearn = modules.some((module) => ["sklearn", "lightgbm", "xgboost", "imblearn"].includes(module));
  const problems = modules.flatMap((module): ScaffoldProblem[] => {
    if (packages.has(module)) return [];
    const example = scan.globals.find((name) => name === module || name.startsWith(`${module}.`)) ?? module;
    return module === "__main__"
      ? [
          {
            message: `The file refers to ${example}, which was defined in the notebook or script that wrote it.`,
            remedy: "Move it into a module, write the model again, and put that module into the code folder.",
          },
        ]
      : [
          {
            message: `The file refers to ${example}, and no known package brings the module ${module}.`,
            remedy: "Add its package to the requirements, or the module to the code folder.",
          },
        ];
  });
  const others = modules.flatMap((module) => (module === "sklearn" ? [] : [packages.get(module) ?? ""])).filter((name) => name !== "");
  const onlySklearnNotes = modules.includes("sklearn") ? sklearn.notes : [];
  return { lines: [...new Set([...(needsSklearn ? sklearn.lines : []), ...others])], notes: onlySklearnNotes, problems };
}

const nameOf = (line: string): string => /^[\w.-]+/.exec(line)?.[0] ?? line;

/** What every generated script for tables of numbers imports itself. */
export const tablePackages = ["joblib", "numpy", "pandas"] as const;

/**
 * The text of a requirements file, sorted, so that models with equal needs share one image. The inference server is named without a pin: its own pins
 * would fight with the model's.
 */
export function requirementsText(comment: string, lines: readonly string[]): string {
  // A line with a pin says more than the bare name.
  const kept = [...new Set(lines)].filter((line) => !lines.some((other) => nameOf(other) === nameOf(line) && other.length > line.length));
  return `# ${comment}\nazureml-inference-server-http\n${kept.sort().join("\n")}\n`;
}
