import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { freePort } from "#server/testing/free-ports";
import { until } from "#server/testing/haproxy";

export interface Tools {
  readonly wrk: string;
  readonly nginx: string;
  readonly haproxy: string;
  readonly envoy: string;
}

export interface Target {
  readonly name: string;
  readonly url: string;
  /** Paths that are called in turn instead of the address's own. */
  readonly paths?: readonly string[];
  /** Processes whose CPU time is the proxy's; empty for the model itself. */
  pids(): Promise<readonly number[]>;
  stop(): Promise<void>;
}

/** Proxies run on the first core, model and caller on the last: what is measured never competes with what measures. */
export const proxyCore = "0";
export const otherCore = "1";

const listening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => {
      resolve(false);
    });
  });

function childrenOf(pid: number): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const parent = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, "utf8"))?.[1]);
      return parent === pid ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

export async function launch(name: string, port: number, core: string, command: string, args: readonly string[]): Promise<Target> {
  const child: ChildProcess = spawn("taskset", ["-c", core, command, ...args], { stdio: "ignore" });
  await until(`${name} to listen`, () => listening(port), 20_000);
  const pid = child.pid ?? 0;
  return {
    name,
    url: `http://127.0.0.1:${String(port)}/score`,
    pids: () => Promise.resolve([pid, ...childrenOf(pid)]),
    stop: async () => {
      if (child.exitCode === null && child.kill("SIGTERM")) await once(child, "exit");
    },
  };
}

const nginxConfiguration = (folder: string, name: string, server: string): string => `
daemon off; worker_processes 1; pid ${folder}/${name}.pid; error_log ${folder}/${name}.log crit;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000; ${server} }
`;

async function nginx(tools: Tools, folder: string, name: string, core: string, port: number, server: string): Promise<Target> {
  const file = join(folder, `${name.replaceAll(" ", "-")}.conf`);
  writeFileSync(file, nginxConfiguration(folder, name.replaceAll(" ", "-"), server));
  return launch(name, port, core, tools.nginx, ["-c", file, "-e", join(folder, "nginx.log")]);
}

/** What a proxy's servers do with a connection after they answered. */
export type Upstream = "keeps" | "closes";

/**
 * A model that answers at once, and keeps or closes connections. It listens at all of this host's addresses, since instances have one each: a gateway
 * refuses two instances at one address.
 */
export async function startModel(tools: Tools, folder: string, upstream: Upstream): Promise<Target & { readonly port: number }> {
  const port = await freePort();
  const kept = upstream === "keeps" ? "" : "keepalive_timeout 0;";
  const server = `server { listen ${String(port)}; ${kept} location / { default_type application/json; return 200 '{"result":[1]}'; } }`;
  return { ...(await nginx(tools, folder, `direct ${upstream}`, otherCore, port, server)), name: "direct", port };
}

export async function nginxBare(tools: Tools, folder: string, model: number): Promise<Target> {
  const port = await freePort();
  const upstream = `upstream model { server 127.0.0.1:${String(model)}; keepalive 64; }`;
  const server = `server { listen 127.0.0.1:${String(port)}; location / { proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection ""; } }`;
  return { ...(await nginx(tools, folder, `nginx ${String(port)}`, proxyCore, port, `${upstream} ${server}`)), name: "nginx bare" };
}

export async function haproxyBare(tools: Tools, folder: string, model: number): Promise<Target> {
  const port = await freePort();
  const file = join(folder, `haproxy-${String(port)}.cfg`);
  const lines = ["global", "  nbthread 1", "  maxconn 4000", "defaults", "  mode http", "  timeout client 60s", "  timeout server 60s", "  timeout connect 1s"];
  const proxy = ["listen bare", `  bind 127.0.0.1:${String(port)}`, `  server model 127.0.0.1:${String(model)}`];
  writeFileSync(file, `${[...lines, ...proxy].join("\n")}\n`);
  return launch("HAProxy bare", port, proxyCore, tools.haproxy, ["-db", "-f", file]);
}
