// Runs one program that ends with whoever asked for it: `node tether.mjs PROGRAM ARGS…`, started with an IPC channel. When the channel closes
// because its other end was killed, the program and all that it started end as well, so that the next start meets none of them at work.
import { spawn } from "node:child_process";

const [program, ...args] = process.argv.slice(2);
// A group of its own, which one signal ends whole.
const child = spawn(program, args, { stdio: "inherit", detached: true });
const end = (signal) => {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // All gone already.
  }
};
process.on("disconnect", () => {
  end("SIGTERM");
  setTimeout(() => {
    end("SIGKILL");
    process.exit(1);
  }, 2000).unref();
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => end("SIGTERM"));
child.once("error", (error) => {
  console.error(error.message);
  process.exit(127);
});
child.once("exit", (code, signal) => {
  // What the program started and left, as package managers' scripts may.
  if (!process.connected) end("SIGKILL");
  process.exit(code ?? (signal ? 128 : 1));
});
