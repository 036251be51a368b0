import { readOnnx } from "./onnx";
import { textOf } from "./parts";
import { exampleInference } from "./signature";
import { readTritonConfig, tritonModels, type TritonModel } from "./triton";
import type { Contents, ScaffoldModel, ScaffoldOutcome, ScaffoldProblem, SignatureField } from "./types";

/** The environment that comes with the product for Triton repositories. */
export const tritonEnvironment = "triton-cpu";
/** What that environment's server can run. */
export const tritonCpuBackends: readonly string[] = ["onnxruntime", "python"];

interface Served {
  readonly model: TritonModel;
  readonly backend: string | null;
  readonly inputs: readonly SignatureField[];
}

function serve(model: TritonModel, contents: Contents): Served {
  const config = model.configPath === null ? null : readTritonConfig(textOf(contents.get(model.configPath)));
  const graph = contents.get(model.filePath);
  const fromGraph = graph === undefined || model.backend !== "onnxruntime" ? null : readOnnx(graph.head)?.inputs;
  const inputs = config !== null && config.inputs.length > 0 ? config.inputs : (fromGraph ?? []);
  return { model, backend: config?.backend ?? model.backend, inputs };
}

function problemOf({ model, backend }: Served, installed: readonly string[] | null): ScaffoldProblem[] {
  if (backend === null)
    return [
      {
        message: `Nothing says which backend runs ${model.name}: it has no config.pbtxt, and ${model.filePath} has no known name.`,
        remedy: "Add a config.pbtxt that names `backend`, or call the file as Triton expects (model.onnx, model.py).",
      },
    ];
  if (installed === null || backend === "ensemble" || installed.includes(backend)) return [];
  return [
    {
      message: `${model.name} needs Triton's ${backend} backend. The CPU runtime has: ${installed.join(", ")}.`,
      remedy: "Export the model to ONNX, wrap it in a model.py for the Python backend, or set an NVIDIA Triton image as runtime.",
    },
  ];
}

/** Everything for a Triton model repository: no code, the Triton runtime, and what its models take. */
export function scaffoldTriton(model: ScaffoldModel, contents: Contents, installed: readonly string[] | null): ScaffoldOutcome {
  const models = tritonModels(model.files, model.rootName).map((one) => serve(one, contents));
  const [first] = models;
  if (first === undefined)
    return {
      ok: false,
      problem: {
        message: "The model is no Triton repository.",
        remedy: "Lay its files out as <model>/<version number>/model.<format>, with the repository as the registered folder.",
      },
    };
  const names = models.map(({ model: one, backend }) => `${one.name} (${backend ?? "unknown"})`).join(", ");
  return {
    ok: true,
    scaffold: {
      framework: "triton",
      title: `Triton repository: ${names}`,
      modelFile: null,
      code: null,
      environment: { kind: "curated", name: tritonEnvironment },
      signature: first.inputs.length === 0 ? null : { kind: "tensors", inputs: first.inputs, outputs: [], params: [] },
      sampleRequest: exampleInference(first.inputs),
      notes: [`Scored at /v2/models/${first.model.name}/infer, in KServe's second protocol.`],
      problems: models.flatMap((one) => problemOf(one, installed)),
    },
  };
}
