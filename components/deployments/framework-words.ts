import type { Framework } from "../../server/domain/scaffold/types";

/** How people call the kinds of models. */
export const frameworkWords: Readonly<Record<Framework, string>> = {
  mlflow: "MLflow",
  automl: "AutoML",
  onnx: "ONNX",
  sklearn: "scikit-learn",
  lightgbm: "LightGBM",
  xgboost: "XGBoost",
  torch: "PyTorch",
  triton: "Triton",
};
