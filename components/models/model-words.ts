import type { ModelVersionDto } from "../../server/contract/asset";

export const modelTypeWords: Readonly<Record<ModelVersionDto["type"], string>> = { custom_model: "custom", mlflow_model: "MLflow", triton_model: "Triton" };
