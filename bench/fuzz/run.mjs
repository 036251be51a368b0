// Malformed and hostile requests against a real gateway; a seed repeats them. Options: --count 100000 --seconds 900 --seed <number>
import { spawn } from "node:child_process";
import path from "node:path";
import { root } from "../../scripts/lib/context.mjs";
import { benchHaproxy } from "../haproxy.mjs";

const args = ["--import", "tsx", path.join(root, "bench/fuzz/fuzz.ts"), ...process.argv.slice(2)];
const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit", env: { ...process.env, SLUICE_TEST_HAPROXY: await benchHaproxy() } });
child.once("exit", (code) => process.exit(code ?? 1));
