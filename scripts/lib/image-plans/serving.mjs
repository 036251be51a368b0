// Python base, inference server and storage initializer.
import { readFileSync } from "node:fs";
import path from "node:path";
import { buildImage, contentHash } from "./build.mjs";
import { LOGINS_ARGUMENT } from "./logins.mjs";

const DEFAULT_PYTHON_IMAGE = "python:3.11-slim-bookworm";
const UV_VERSION = "0.13.9";

/** Without a registry: Debian's own Python on our base. The link gives both families one path. */
const DEBIAN_PYTHON = `RUN apt-get update \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates libgomp1 python3 python3-venv \\
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \\
 && ln -sf /usr/bin/python3 /usr/local/bin/python
`;
// libgomp1: the wheels of scikit-learn, LightGBM and XGBoost load it from the system.
const PULLED_PYTHON = `RUN apt-get update \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates libgomp1 \\
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
`;
const PYTHON_ENV = "ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1\n";

/** @typedef {import("./build.mjs").ImageContext} ImageContext */

/** @param {ImageContext} context @param {string} file */
const read = (context, file) => readFileSync(path.join(context.root, "images", file), "utf8");

/** Build arguments of every image that installs Python packages. @param {import("./settings.mjs").ImageSettings} settings */
export function pipBuildArgs({ pip, logins, proxies }) {
  const indexes = { SLUICE_PIP_INDEX_URL: pip.indexUrl, SLUICE_PIP_EXTRA_INDEX_URL: pip.extraIndexUrl, SLUICE_PIP_TRUSTED_HOST: pip.trustedHost };
  return { ...indexes, ...(logins === "" ? {} : { [LOGINS_ARGUMENT]: logins }), ...proxies };
}

/**
 * @param {ImageContext} context
 * @param {() => Promise<string>} base makes the Debian base, wanted only when Python's image is not pulled
 * @returns {import("../images.mjs").Plan}
 */
export function pythonBasePlan(context, base, /** @type {string[]} */ baseRefs) {
  const { settings } = context;
  const name = "python-base";
  const recipe = read(context, "serving/python-base.Dockerfile").replace("@UV@", UV_VERSION);
  const pulled = settings.pythonImage ?? DEFAULT_PYTHON_IMAGE;
  const refOf = (/** @type {string} */ from, /** @type {string} */ python) =>
    `sluice/${name}:${contentHash(from, python, recipe, settings.extraCa, settings.pip)}`;
  const pulledRef = refOf(pulled, PULLED_PYTHON);
  const fromPulled = settings.pythonImage !== undefined || (settings.registryPull !== "never" && settings.baseImage === undefined);
  const builtRefs = settings.pythonImage === undefined ? baseRefs.map((ref) => refOf(ref, DEBIAN_PYTHON)) : [];

  /** @param {import("./build.mjs").ImageLog} log @param {string} ref @param {string} from @param {string} python */
  const build = async (log, ref, from, python) => {
    const dockerfile = `FROM ${from}\n${PYTHON_ENV}${python}${recipe}`;
    const certificates = settings.extraCa.map((content, index) => ({ name: `extra-ca/${String(index).padStart(3, "0")}.crt`, content }));
    const entries = certificates.length > 0 ? certificates : [{ name: "extra-ca/README", content: "No extra certificate authority is set.\n" }];
    await buildImage({ docker: context.docker, ref, name, dockerfile, entries, buildargs: pipBuildArgs(settings), log });
    return ref;
  };
  return {
    name,
    refs: [...(fromPulled ? [pulledRef] : []), ...builtRefs],
    async make(log) {
      if (fromPulled && (await context.registry.have(pulled, { wanted: settings.pythonImage !== undefined, image: name, log: log.write }))) {
        return build(log, pulledRef, pulled, PULLED_PYTHON);
      }
      const from = await base();
      return build(log, refOf(from, DEBIAN_PYTHON), from, DEBIAN_PYTHON);
    },
  };
}

/** The curated environment: the inference server and nothing else. @param {ImageContext} context @param {string} pythonBase @returns {import("../images.mjs").Plan} */
export function inferencePlan(context, pythonBase) {
  const name = "minimal-inference";
  const dockerfile = read(context, "serving/environment.Dockerfile").replaceAll("@BASE@", pythonBase);
  const requirements = read(context, "serving/requirements.txt");
  const start = read(context, "serving/aml-start.sh");
  const ref = `sluice/${name}:${contentHash(dockerfile, requirements, start)}`;
  return {
    name,
    refs: [ref],
    async make(log) {
      const entries = [
        { name: "requirements.txt", content: requirements },
        { name: "aml-start.sh", content: start, mode: 0o755 },
      ];
      await buildImage({ docker: context.docker, ref, name, dockerfile, entries, buildargs: pipBuildArgs(context.settings), log });
      return ref;
    },
  };
}

/** @param {ImageContext} context @param {string} pythonBase @returns {import("../images.mjs").Plan} */
export function initializerPlan(context, pythonBase) {
  const name = "initializer";
  const script = read(context, "initializer/initialize.py");
  const dockerfile = `FROM ${pythonBase}\nCOPY initialize.py /opt/sluice/initialize.py\nENTRYPOINT ["python", "/opt/sluice/initialize.py"]\nCMD ["/plan.json"]\n`;
  const ref = `sluice/${name}:${contentHash(dockerfile, script)}`;
  return {
    name,
    refs: [ref],
    async make(log) {
      await buildImage({ docker: context.docker, ref, name, dockerfile, entries: [{ name: "initialize.py", content: script }], log });
      return ref;
    },
  };
}
