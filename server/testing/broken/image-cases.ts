import type { BrokenCase } from "./types";

const root = { path: "/", port: 5001 };

/** Faults of environments: what is looked up, and what is built. */
export const imageCases: readonly BrokenCase[] = [
  {
    wrong: "The password of a registry's connection is wrong",
    stage: "when the image is looked up",
    reason: "RegistryDenied",
    message: "… refuses …/team/app:secret: …",
    hint: "Check user name and password of the connection, and that this user may pull the image.",
    mend: "Enter the right password under Settings → Connections; the deployment goes on by itself.",
    budget: 120,
    fault: { kind: "elsewhere", test: "server/control/registry/registry.docker.test.ts" },
  },
  {
    wrong: "The image's tag is gone from its registry",
    stage: "when the image is looked up",
    reason: "ImageTagMissing",
    message: "… has no …/team/app:base.",
    hint: "Push the image again, or name a tag that exists. Deployments that were pinned to its digest go on.",
    mend: "Push the tag again, or make a new version of the environment with a tag that exists.",
    budget: 120,
    fault: { kind: "elsewhere", test: "server/control/registry/registry.docker.test.ts" },
  },
  {
    wrong: "`numpy=99.0` in the conda file",
    stage: "while the image is built",
    reason: "PackageNotFound",
    message: "There is no version 99.0 of numpy (line 3); there are ….",
    hint: "Choose a version that exists.",
    mend: "Write `numpy=1.26` in line 3.",
    budget: 120,
    fault: {
      kind: "deployment",
      deployment: { environment: () => ({ condaFile: "dependencies:\n  - python=3.11\n  - numpy=99.0\n" }), condition: "ImageReady", lines: /numpy/ },
    },
  },
  {
    wrong: "A package without a wheel for this Python, on a base without a compiler",
    stage: "while the image is built",
    reason: "CompilerMissing",
    message: "psutil (line 4) has no ready-made wheel for this Python and needs a compiler, which the base image lacks.",
    hint: "Take a newer version of the package that has a wheel, or a base image with gcc and python3-dev.",
    mend: "Write `psutil>=5.9` in line 4.",
    budget: 120,
    fault: {
      kind: "deployment",
      deployment: {
        environment: () => ({ condaFile: "dependencies:\n  - python=3.11\n  - pip:\n      - psutil==5.8.0\n" }),
        condition: "ImageReady",
        lines: /psutil|gcc/,
      },
    },
  },
  {
    wrong: "`RUM` for `RUN` in a Dockerfile",
    stage: "while the image is built",
    reason: "DockerfileInvalid",
    message: "Line 2: RUM is not an instruction of a Dockerfile.",
    hint: "Correct the word; a line that goes on ends with a backslash.",
    mend: "Write `RUN` in line 2.",
    budget: 60,
    fault: {
      kind: "deployment",
      deployment: { environment: ({ python }) => ({ dockerfile: `FROM ${python}\nRUM pip install numpy\n` }), condition: "ImageReady", lines: /RUM/ },
    },
  },
  {
    wrong: "The disk is full while the image is built",
    stage: "while the image is built",
    reason: "DiskFull",
    message: "The build wrote more than the … of disk that it may use; it was stopped in step …, RUN dd if=/dev/zero of=/endless bs=1M.",
    hint: "Write less in that step: remove in the same RUN line what only it needs, or choose smaller packages. Otherwise raise SLUICE_BUILD_DISK_GIB in the server's settings.",
    mend: "Take the `RUN dd …` out of the Dockerfile.",
    budget: 60,
    fault: {
      kind: "deployment",
      deployment: {
        environment: ({ python }) => ({ dockerfile: `FROM ${python}\nRUN dd if=/dev/zero of=/endless bs=1M\n` }),
        condition: "ImageReady",
        lines: /more than the 512 MiB of disk/,
      },
    },
  },
  {
    wrong: "An image whose server only root may read",
    stage: "while the container starts",
    reason: "NeedsRoot",
    message: "The container needs rights that it does not have: /srv/server.py.",
    hint: "Containers run as user 1001, never as root. In the Dockerfile give that user what it needs (RUN chown -R 1001:1001 …, chmod a+rX …) and leave out what only root may do.",
    mend: "Add `RUN chmod -R a+rX /srv` to the Dockerfile.",
    budget: 90,
    fault: {
      kind: "deployment",
      deployment: {
        environment: ({ python }) => ({
          dockerfile: `FROM ${python}\nRUN echo 'print(1)' > /srv/server.py && chmod 600 /srv/server.py\nCMD ["python", "/srv/server.py"]\n`,
          inferenceConfig: { liveness: root, readiness: root, scoring: root, scoringRoutes: [], pathPrefix: null, http2: false },
        }),
        ownServer: true,
        condition: "InstancesAvailable",
        exitCode: 2,
        lines: /Permission denied/,
      },
    },
  },
  {
    wrong: "A PyTorch model on a Triton that has no PyTorch backend",
    stage: "while the container starts",
    reason: "TritonBackendMissing",
    message: "The model net needs Triton's pytorch backend, which this image lacks. It has: onnxruntime, python.",
    hint: "Export the model to ONNX, wrap it in a model.py for the Python backend, or use an image of NVIDIA's that has the backend.",
    mend: "Export with `torch.onnx.export` and lay the file out as net/1/model.onnx. Without an environment of one's own this is said before anything is deployed.",
    budget: 240,
    fault: {
      kind: "deployment",
      deployment: {
        environment: async ({ triton }) => {
          const route = (path: string) => ({ path, port: 8000 });
          return {
            image: await triton(),
            inferenceConfig: {
              liveness: route("/v2/health/live"),
              readiness: route("/v2/health/ready"),
              scoring: route("/v2/models/net/infer"),
              scoringRoutes: [],
              pathPrefix: "/v2",
              http2: true,
            },
          };
        },
        ownServer: true,
        model: { "net/1/model.pt": "weights" },
        condition: "InstancesAvailable",
        exitCode: 1,
        lines: /unable to find backend library for backend 'pytorch'/,
      },
    },
  },
];
