// The Debian base: pulled where a registry answers, else built from the host's own source list.
import { rmSync } from "node:fs";
import path from "node:path";
import { aptSources, osRelease, releaseLines } from "../apt.mjs";
import { buildImage, contentHash, ImageError } from "./build.mjs";
import { bootstrapRoot } from "./debian.mjs";

const DEFAULT_IMAGE = "debian:bookworm-slim";

/**
 * @param {import("./build.mjs").ImageContext} context
 * @returns {import("../images.mjs").Plan}
 */
export function basePlan(context) {
  const { settings } = context;
  const name = "base";
  const pulled = settings.baseImage ?? DEFAULT_IMAGE;
  const pulledRef = `sluice/${name}:${contentHash("pulled", pulled)}`;
  const builtRef = `sluice/${name}:${contentHash("built", osRelease().codename, process.arch)}`;
  const refs = [pulledRef, ...(settings.baseImage ? [] : [builtRef])].filter(
    (ref) => settings.registryPull !== "never" || settings.baseImage || ref === builtRef,
  );
  return {
    name,
    refs,
    async make(log) {
      if (await context.registry.have(pulled, { wanted: settings.baseImage !== undefined, image: name, log: log.write })) {
        const [repo, tag] = pulledRef.split(":");
        await context.docker.getImage(pulled).tag({ repo, tag });
        return pulledRef;
      }
      await buildBase(context, builtRef, log);
      return builtRef;
    },
  };
}

/** @param {import("./build.mjs").ImageContext} context @param {string} ref @param {import("./build.mjs").ImageLog} log */
async function buildBase(context, ref, log) {
  const { codename } = osRelease();
  const lines = releaseLines(aptSources(), codename);
  if (lines.length === 0) throw new ImageError("base", `this machine's package sources name no archive of its release (${codename}). Set SLUICE_BASE_IMAGE.`);
  const target = path.join(context.home, "cache", `${ref.replace(/[/:]/g, "-")}.tar`);
  // Packages over https need certificates before any can be installed.
  const include = lines.some((line) => line.includes("https://")) ? ["--include=ca-certificates"] : [];
  const options = ["--variant=minbase", ...include];
  await bootstrapRoot({ image: "base", setting: "SLUICE_BASE_IMAGE", suite: codename, target, lines, options, log, say: context.log });
  await buildImage({
    docker: context.docker,
    ref,
    name: "base",
    dockerfile: 'FROM scratch\nADD root.tar /\nCMD ["/bin/sh"]\n',
    entries: [{ name: "root.tar", file: target }],
    log,
  });
  // The image is the cache from here on.
  rmSync(target, { force: true });
}
