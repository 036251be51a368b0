// The data folder and everything that derives from the installation's id, so that two clones on one machine never meet.
import { createHash, randomBytes } from "node:crypto";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const isRoot = () => process.getuid?.() === 0;

/** Six hex digits that name this clone. */
export const installationId = (root) => createHash("sha256").update(fs.realpathSync(root)).digest("hex").slice(0, 6);

/** `SLUICE_HOME`, else /var/lib/sluice/<id> for root and <project>/.sluice for others. */
export function homeOf(root, env = process.env) {
  if (env.SLUICE_HOME) {
    if (!path.isAbsolute(env.SLUICE_HOME))
      throw new Error(`SLUICE_HOME must be an absolute path, not "${env.SLUICE_HOME}" (example: SLUICE_HOME=/var/lib/sluice/main)`);
    return path.resolve(env.SLUICE_HOME);
  }
  return isRoot() ? path.join("/var/lib/sluice", installationId(root)) : path.join(root, ".sluice");
}

/** Ports and networks that nobody types, cut from the id; each can be set. */
export function derived(id) {
  const number = parseInt(id, 16);
  const base = 20_000 + (number % 2000) * 5;
  return {
    postgresPort: base,
    controlPort: base + 1,
    ingesterPort: base + 2,
    supernet: `10.${130 + (number % 100)}.0.0/16`,
  };
}

/** The unprivileged system account of studio, database, ingester and query worker; null when we are not root. */
export function ensureAccount() {
  if (!isRoot()) return null;
  const find = () => {
    const line = fs
      .readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .find((entry) => entry.startsWith("sluice:"));
    if (!line) return null;
    const [, , uid, gid] = line.split(":");
    return { uid: Number(uid), gid: Number(gid) };
  };
  const present = find();
  if (present) return present;
  execFileSync("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", "sluice"], { stdio: "pipe" });
  const made = find();
  if (!made) throw new Error("the system account sluice could not be made; make it by hand: useradd --system sluice");
  return made;
}

/** Gives everything below a folder to the account, unless it is its own already. */
function give(folder, account) {
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const { uid } = fs.lstatSync(file);
    if (uid !== account.uid) fs.lchownSync(file, account.uid, account.gid);
  }
}

/** Creates the folder tree with tight modes: the top can be passed through, private parts belong to their one reader. */
export function ensureHome(home, account) {
  const make = (name, mode, owned = false) => {
    const folder = path.join(home, name);
    fs.mkdirSync(folder, { recursive: true });
    fs.chmodSync(folder, mode);
    if (owned && account) fs.chownSync(folder, account.uid, account.gid);
    return folder;
  };
  fs.mkdirSync(home, { recursive: true, mode: 0o755 });
  make("secrets", 0o700);
  make("tls", 0o755);
  make("postgres", 0o755);
  make("logs", 0o755);
  make("run", 0o755, true);
  for (const name of ["artifacts", "uploads"]) {
    const folder = make(name, 0o750, true);
    // A copy that was brought back by root, or a product that once ran without the account, would be unreadable.
    if (account) give(folder, account);
  }
  // All that the store of artifacts will ever have: the control plane, which is root, then never makes one that the others cannot write into.
  for (const name of ["tmp", "aside", "sha256"]) make(`artifacts/${name}`, 0o750, true);
  for (let prefix = 0; prefix < 256; prefix += 1) make(`artifacts/sha256/${prefix.toString(16).padStart(2, "0")}`, 0o750, true);
  make("gateway", 0o755);
  make("telemetry", 0o755, true);
  make("cache", 0o755);
}

/** Reads a secret of the data folder, making it on first use (mode 0600). It appears whole or not at all. */
export function ensureSecret(home, name, bytes = 32) {
  const file = path.join(home, "secrets", name);
  if (!fs.existsSync(file)) {
    fs.writeFileSync(`${file}.new`, randomBytes(bytes).toString("hex"), { mode: 0o600 });
    fs.renameSync(`${file}.new`, file);
  }
  return fs.readFileSync(file, "utf8").trim();
}

/** Removes half-made file systems of starts that were killed: their names carry the process that made them. */
export function clearCache(home) {
  const cache = path.join(home, "cache");
  for (const name of fs.existsSync(cache) ? fs.readdirSync(cache) : []) {
    const pid = /^partial-(\d+)-|^gateway-slim-(\d+)$/.exec(name)?.slice(1).find(Boolean);
    if (pid && !fs.existsSync(`/proc/${pid}`)) fs.rmSync(path.join(cache, name), { recursive: true, force: true });
  }
}
