import type { InferenceRoutes } from "../deployment/types";
import { readOnnx } from "./onnx";
import { textOf } from "./parts";
import { exampleInference } from "./signature";
import { readTritonConfig, tritonModels, type TritonModel } from "./triton";
import type {
  Contents,
  GeneratedEnvironment,
  GeneratedFile,
  ScaffoldInput,
  ScaffoldOutcome,
  ScaffoldProblem,
  ScaffoldTemplates,
  SignatureField,
} from "./types";

/** What the CPU runtime that comes with the product can run. */
const cpuBackends: readonly string[] = ["onnxruntime", "python"];
const port = 8000;

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

function problemOf({ model, backend }: Served, tritonImage: string | null): ScaffoldProblem[] {
  if (backend === null)
    return [
      {
        message: `Nothing says which backend runs ${model.name}: it has no config.pbtxt, and ${model.filePath} has no known name.`,
        remedy: "Add a config.pbtxt that names `backend`, or call the file as Triton expects (model.onnx, model.py).",
      },
    ];
  if (tritonImage !== null || backend === "ensemble" || cpuBackends.includes(backend)) return [];
  return [
    {
      message: `${model.name} needs Triton's ${backend} backend. The CPU runtime has: ${cpuBackends.join(", ")}.`,
      remedy: "Export the model to ONNX, wrap it in a model.py for the Python backend, or set an NVIDIA Triton image as runtime.",
    },
  ];
}

/** The server's own protocol passes as it is; what is called without naming a path is the first model. */
function routes(model: string): InferenceRoutes {
  const route = (path: string) => ({ path, port });
  return {
    liveness: route("/v2/health/live"),
    readiness: route("/v2/health/ready"),
    scoring: route(`/v2/models/${model}/infer`),
    scoringRoutes: [],
    pathPrefix: "/v2",
    http2: true,
  };
}

/** The image: built from the product's own recipe, or NVIDIA's with the command that finds the repository. */
function environment(templates: ScaffoldTemplates, tritonImage: string | null, model: string): GeneratedEnvironment {
  const file = (name: string): GeneratedFile => ({ path: name, content: templates.get(`triton/${name}`) ?? "" });
  const inferenceConfig = routes(model);
  if (tritonImage === null)
    return { kind: "dockerfile", text: file("Dockerfile").content, files: [file("onnxruntime.py"), file("start.sh"), file("front.cfg")], inferenceConfig };
  const text = `FROM ${tritonImage}\nRUN apt-get update && apt-get install -y --no-install-recommends haproxy && rm -rf /var/lib/apt/lists/*\nCOPY start.sh /opt/sluice/start\nCOPY front.cfg /opt/sluice/front.cfg\nENV HOME=/tmp\nENTRYPOINT []\nCMD ["sh", "/opt/sluice/start"]\n`;
  return { kind: "dockerfile", text, files: [file("start.sh"), file("front.cfg")], inferenceConfig };
}

/** Everything for a Triton model repository: no code, the Triton runtime, and what its models take. */
export function scaffoldTriton({ model, contents, templates, tritonImage }: ScaffoldInput): ScaffoldOutcome {
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
      environment: environment(templates, tritonImage, first.model.name),
      signature: first.inputs.length === 0 ? null : { kind: "tensors", inputs: first.inputs, outputs: [], params: [] },
      sampleRequest: exampleInference(first.inputs),
      notes: [
        `Scored at /v2/models/${first.model.name}/infer, in KServe's second protocol; everything below /v2 passes, and gRPC.`,
        ...(tritonImage === null
          ? [
              "Runs on Triton's server for CPUs: Python models on its Python backend, ONNX models by ONNX Runtime inside that backend, one request after the other. NVIDIA's image brings the other backends (`SLUICE_TRITON_IMAGE`).",
            ]
          : []),
      ],
      problems: models.flatMap((one) => problemOf(one, tritonImage)),
    },
  };
}
