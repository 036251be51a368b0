import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Machine, Platform } from "../platform";
import { debugPatience, debugPort } from "#server/domain/project/editor-files";
import { CommandFailure } from "../project/failure";
import type { LocalProject } from "../project/load";
import { localInstallation } from "./names";

const debugScript = "sluice_debug.py";
const buildLimits = { cpuCores: 1, memoryMib: 1024, diskMib: 4096, freeDiskMib: 1024, timeoutMs: 10 * 60_000 } as const;

const dockerfile = (image: string): string => `FROM ${image}
USER root
RUN VIRTUAL_ENV=/opt/aml/env /opt/uv/bin/uv pip install --no-cache debugpy==1.8.22
USER 1001:1001
`;

/**
 * The same deployment with a debugger: its image with `debugpy` on top, and an entry script of ours that opens the port and then is the
 * user's. Only for deployments with a scoring script in Python.
 */
export async function withDebugger(
  platform: Platform,
  machine: Machine,
  project: LocalProject,
  image: string,
  onLog: (line: string) => void,
): Promise<{ readonly project: LocalProject; readonly image: string }> {
  const { code, spec } = project;
  if (code === null || spec.codeConfiguration === null)
    throw new CommandFailure("Only a deployment with a scoring script can be debugged.", "An image that serves by itself brings its own debugger.");
  const text = dockerfile(image);
  const contentHash = createHash("sha256").update(text).digest("hex").slice(0, 40);
  const buildSpec = {
    contentHash,
    repository: `sluice-${localInstallation}/debug`,
    dockerfile: text,
    files: [],
    buildArgs: {},
    indexLogins: null,
    registryAuths: [],
    ...buildLimits,
  };
  const built = await machine.driver.buildImage(buildSpec, () => Promise.reject(new Error("a debug image has no files")), onLog);
  if (!built.ok) throw new CommandFailure(`The debugger could not be installed: ${built.message}`, "The build log says more.");
  const place = path.join(platform.root, "images/debug", debugScript);
  const content = await readFile(place);
  const file = { path: debugScript, sha256: createHash("sha256").update(content).digest("hex"), sizeBytes: content.length };
  return {
    image: built.image.reference,
    project: {
      ...project,
      code: { ...code, files: [...code.files, file] },
      places: new Map([...project.places, [file.sha256, place]]),
      spec: {
        ...spec,
        codeConfiguration: { ...spec.codeConfiguration, scoringScript: debugScript },
        environmentVariables: {
          ...spec.environmentVariables,
          ...debugPatience,
          SLUICE_DEBUG_SCRIPT: spec.codeConfiguration.scoringScript,
          SLUICE_DEBUG_PORT: String(debugPort),
        },
      },
    },
  };
}
