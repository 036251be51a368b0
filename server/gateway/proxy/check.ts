import { spawn } from "node:child_process";

/** Asks the proxy's binary whether a configuration file is sound; resolves to null, or to what it says is wrong. */
export function checkConfiguration(haproxy: string, file: string): Promise<string | null> {
  return new Promise((resolve) => {
    const child = spawn(haproxy, ["-c", "-f", file], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (chunk: string) => (said += chunk));
    child.on("error", (error) => {
      resolve(`the proxy's binary could not be run: ${error.message}`);
    });
    child.on("close", (code) => {
      const alerts = said.split("\n").filter((line) => line.includes("[ALERT]"));
      resolve(code === 0 ? null : (alerts.join("; ") || said.trim() || `exit code ${String(code)}`).slice(0, 2000));
    });
  });
}
