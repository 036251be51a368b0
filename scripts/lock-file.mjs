// Completes package-lock.json: a registry view may leave out optional packages of other platforms, npm then drops them from the lock without a
// word, and `npm ci` refuses the lock. Each missing one gets an entry with its version and platform. `--check` fails when something is missing.
import fs from "node:fs";

const file = "package-lock.json";
const before = fs.readFileSync(file, "utf8");
const lock = JSON.parse(before);
const packages = lock.packages;
const systems = ["darwin", "win32", "linux", "android", "freebsd", "openbsd", "netbsd", "sunos", "aix", "openharmony"];
const processors = ["arm64", "x64", "ia32", "arm", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32"];
const unresolved = [];
let added = 0;

for (const [at, entry] of Object.entries(packages)) {
  for (const [name, wanted] of Object.entries(entry.optionalDependencies ?? {})) {
    const present = [`${at}/node_modules/${name}`, `node_modules/${name}`].find((key) => packages[key]);
    if (present) {
      if (/^\d/.test(wanted) && packages[present].version !== wanted)
        unresolved.push(`${at} wants ${name}@${wanted}, the lock has ${packages[present].version}`);
      continue;
    }
    if (!/^\d/.test(wanted)) {
      unresolved.push(`${name}@${wanted}`);
      continue;
    }
    const words = name.split(/[/-]/);
    const os = systems.filter((system) => words.includes(system));
    const cpu = processors.filter((processor) => words.includes(processor));
    packages[`node_modules/${name}`] = {
      version: wanted,
      ...(cpu.length ? { cpu } : {}),
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
      ...(os.length ? { os } : {}),
    };
    added += 1;
  }
}

if (process.argv.includes("--check")) {
  if (added || unresolved.length) console.error(`package-lock.json lacks ${added} platform entries; run: node scripts/lock-file.mjs`, unresolved);
  process.exit(added || unresolved.length ? 1 : 0);
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, "en")));
const after = `${JSON.stringify(lock, null, 2)}\n`;
if (after !== before) fs.writeFileSync(file, after);
console.log(`lock file: ${added} entries added`, unresolved.length ? unresolved : "");
