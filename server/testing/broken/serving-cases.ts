import { rm, writeFile } from "node:fs/promises";
import type { BrokenCase } from "./types";

const patience = (failureThreshold: number) => ({ initialDelaySeconds: 1, periodSeconds: 1, timeoutSeconds: 1, successThreshold: 1, failureThreshold });
const root = { path: "/", port: 5001 };
const score = { path: "/score", port: 5001 };
const probing = (readiness: { path: string; port: number }) => () => ({
  inferenceConfig: { liveness: root, readiness, scoring: score, scoringRoutes: [], pathPrefix: null, http2: false },
});

/** Faults of routes, of stored files, and of what happens under requests. */
export const servingCases: readonly BrokenCase[] = [
  {
    wrong: "The deployment names a scoring script that its code does not have",
    stage: "when the spec is read",
    reason: "ScoringScriptMissing",
    message: "The code has no file main.py.",
    hint: "Name one of its files as scoring script: score.py.",
    mend: "Write `score.py` as scoring script.",
    budget: 30,
    fault: { kind: "deployment", deployment: { spec: { codeConfiguration: { codeId: "", scoringScript: "main.py" } }, condition: "SpecValid" } },
  },
  {
    wrong: "A stored file of the model was damaged",
    stage: "while model and code are staged",
    reason: "ChecksumMismatch",
    message: "weights.bin does not have its checksum … any more",
    hint: "A file changed after it was registered. Register the model or code again.",
    mend: "Upload the model as a new version; look after the disk below the data folder.",
    budget: 60,
    fault: {
      kind: "deployment",
      deployment: { damage: (blob) => writeFile(blob, "54321"), condition: "ModelStaged", exitCode: 2, lines: /weights\.bin|checksum|sha256/ },
    },
  },
  {
    wrong: "A stored file of the model is gone",
    stage: "while model and code are staged",
    reason: "ArtifactMissing",
    message: "file is missing: weights.bin",
    hint: "A file is missing from the artifact store. Register the model or code again.",
    mend: "Upload the model as a new version.",
    budget: 60,
    fault: { kind: "deployment", deployment: { damage: (blob) => rm(blob), condition: "ModelStaged" } },
  },
  {
    wrong: "The readiness route has another path than the server",
    stage: "while the container starts",
    reason: "ProbePathWrong",
    message: "The server answers /healthz on port 5001 with 404, so it never counts as ready.",
    hint: "Set the path of the environment's readiness route to one that the server answers with 200. Azure's inference server has / on port 5001.",
    mend: "Write `/` as path of the readiness route.",
    budget: 90,
    fault: {
      kind: "deployment",
      deployment: {
        environment: probing({ path: "/healthz", port: 5001 }),
        spec: { readinessProbe: patience(20) },
        condition: "InstancesAvailable",
        exitCode: null,
        lines: /./,
      },
    },
  },
  {
    wrong: "The readiness route has another port than the server",
    stage: "while the container starts",
    reason: "ProbePortWrong",
    message: "Nothing listens on port 8080, which the readiness probe asks. The server's log says port 5001.",
    hint: "Set the port of the environment's liveness, readiness and scoring routes to the one that the server listens on, on 0.0.0.0.",
    mend: "Write 5001 as port of the readiness route.",
    budget: 90,
    fault: {
      kind: "deployment",
      deployment: {
        environment: probing({ path: "/", port: 8080 }),
        spec: { readinessProbe: patience(20) },
        condition: "InstancesAvailable",
        exitCode: null,
        lines: /Listening at/,
      },
    },
  },
  // The server's first process is the worker's parent; with it the container ends, and the worker must not get ready in its last moment.
  {
    wrong: "Something ends the server's process",
    stage: "while the container starts",
    reason: "ContainerExited",
    message: "The container ended with exit code 137.",
    hint: "The log's last lines say why.",
    mend: "Look at the lines of the event, or at the log of that instance.",
    budget: 90,
    fault: {
      kind: "deployment",
      deployment: {
        script: "import os, time\ndef init():\n    os.kill(os.getppid(), 9)\n    time.sleep(60)\ndef run(data):\n    return 1\n",
        condition: "InstancesAvailable",
        exitCode: 137,
        lines: /./,
      },
    },
  },
  {
    wrong: "A request needs more than the instance has memory",
    stage: "while requests are served",
    reason: "OutOfMemory",
    message: "Serving requests needed more than the instance's 512 MiB of memory.",
    hint: "Choose an instance type with more memory, send less data in one request, or let fewer run at once (WORKER_COUNT, max concurrent requests).",
    mend: "Choose `sluice.medium`. The caller got 424 with ModelConnectionBroken; the instance went on with a new worker.",
    budget: 120,
    fault: {
      kind: "deployment",
      deployment: {
        script:
          "def init():\n    pass\ndef run(data):\n    hog = bytearray(900 * 1024 * 1024)\n    for i in range(0, len(hog), 4096): hog[i] = 1\n    return len(hog)\n",
        request: "{}",
        condition: null,
        exitCode: null,
        lines: /SIGKILL|POST|Booting/,
      },
    },
  },
];
