import type { BrokenCase, BrokenDeployment } from "./types";

const run = "def run(data):\n    return 1\n";
const patience = (failureThreshold: number) => ({ initialDelaySeconds: 1, periodSeconds: 1, timeoutSeconds: 1, successThreshold: 1, failureThreshold });

/** Of a script that the inference server cannot start: it ends with 3. */
const starting = (
  wrong: string,
  script: string,
  lines: RegExp,
  told: Pick<BrokenCase, "reason" | "message" | "hint" | "mend">,
  over: Partial<BrokenDeployment> = {},
): BrokenCase => ({
  wrong,
  stage: "while the container starts",
  ...told,
  budget: 90,
  fault: { kind: "deployment", deployment: { script, condition: "InstancesAvailable", exitCode: 3, lines, ...over } },
});

const opens = (path: string): string => `import os\ndef init():\n    open(${path})\n${run}`;

/** Faults of scoring scripts that end the container. */
export const scriptCases: readonly BrokenCase[] = [
  starting("A parenthesis that is never closed", `def init(:\n    pass\n${run}`, /SyntaxError/, {
    reason: "ScriptSyntaxError",
    message: "The scoring script cannot be read at score.py:1: invalid syntax.",
    hint: "Correct the line; `python -m py_compile` shows the same error.",
    mend: "Write `def init():` in line 1.",
  }),
  starting("The script imports a package that the environment lacks", `import sklearn\ndef init():\n    pass\n${run}`, /No module named 'sklearn'/, {
    reason: "ScriptImportError",
    message: "The module sklearn is not installed at score.py:1.",
    hint: "Add a line to the environment's requirements: scikit-learn. If it is a file of your own, put it into the code folder.",
    mend: "Add `scikit-learn` to the environment's packages and deploy its new version.",
  }),
  starting("`run()` without a parameter", "def init():\n    pass\ndef run():\n    return 1\n", /run\(\) needs to accept an argument/, {
    reason: "ScriptSignatureWrong",
    message: "The scoring script's run() cannot be called: run() needs to accept an argument for input data.",
    hint: "Write def run(data): one named parameter for the request's data, and request_headers after it if they are wanted.",
    mend: "Write `def run(data):`.",
  }),
  starting("No `init()`", run, /does not have a init\(\) function/, {
    reason: "ScriptMissingInit",
    message: "The scoring script has no init() function.",
    hint: "Define init() without parameters; it runs once before the first request.",
    mend: "Load the model in a function `def init():`.",
  }),
  starting("No `run()`", "def init():\n    pass\n", /does not have a run\(\) function/, {
    reason: "ScriptMissingRun",
    message: "The scoring script has no run() function.",
    hint: "Define run(data); it answers each request.",
    mend: "Answer in a function `def run(data):`.",
  }),
  starting("`init()` fails", "import os\ndef init():\n    os.environ['TABLE']\n" + run, /KeyError/, {
    reason: "ScriptInitFailed",
    message: "init() failed at score.py:3 with KeyError: 'TABLE'.",
    hint: "Correct the line, or what it relies on: model files, environment variables, package versions.",
    mend: "Set the environment variable `TABLE` in the deployment.",
  }),
  starting("The model folder has no such file", opens("os.environ['AZUREML_MODEL_DIR'] + '/nothing.pkl'"), /nothing\.pkl/, {
    reason: "ModelFileMissing",
    message: "The scoring script opens /var/azureml-app/azureml-models/…/nothing.pkl, which does not exist at score.py:3.",
    hint: "Compare the path with the model's files. AZUREML_MODEL_DIR is the folder above the uploaded file or folder.",
    mend: "Open `model/weights.bin` below AZUREML_MODEL_DIR, as the model's page lists it.",
  }),
  starting("The script writes beside itself", "import os\ndef init():\n    os.makedirs('/var/cache/model')\n" + run, /Read-only file system/, {
    reason: "FolderNotWritable",
    message: "The container writes where it may not: /var/cache/model at score.py:3.",
    hint: "A container's files are read-only except below /tmp. Let the server write its caches and logs there, or log to standard output.",
    mend: "Write to `/tmp/model`.",
  }),
  starting(
    "More temporary files than there is room for",
    `def init():\n    open('/tmp/cache.bin', 'wb').write(bytes(80 * 1024 * 1024))\n${run}`,
    /No space left/,
    {
      reason: "TemporarySpaceFull",
      message: "There is no room left for temporary files at score.py:2.",
      hint: "Only /tmp can be written, it is small, and it counts as memory. Write less, or ship the file with the model.",
      mend: "Register the cache as part of the model.",
    },
  ),
  starting(
    "`init()` loads more than the instance has memory",
    `def init():\n    global hog\n    hog = bytearray(900 * 1024 * 1024)\n    for i in range(0, len(hog), 4096): hog[i] = 1\n${run}`,
    /SIGKILL/,
    {
      reason: "InitOutOfMemory",
      message: "Starting needed more than the instance's 512 MiB of memory.",
      hint: "Choose an instance type with more memory, or fewer workers (WORKER_COUNT): each loads the model anew.",
      mend: "Choose `sluice.medium`.",
    },
    { exitCode: null, spec: { livenessProbe: patience(40), readinessProbe: patience(20) } },
  ),
  starting(
    "`init()` waits for ever",
    `import time\ndef init():\n    time.sleep(600)\n${run}`,
    /Invoking user's init function/,
    {
      reason: "InitNotFinished",
      message: "The container runs, but init() did not come to its end in the time that the readiness probe gives.",
      hint: "Load less in init(), or raise the readiness probe's initial delay or failure threshold. A call that waits for a network never ends here.",
      mend: "Remove the wait; what takes 600 s needs a readiness probe that gives more than 600 s.",
    },
    { exitCode: null, spec: { livenessProbe: patience(60), readinessProbe: patience(20) } },
  ),
];
