import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { freePort } from "#server/testing/free-ports";
import { TestGateway, until } from "#server/testing/haproxy";
import { routingDeployment, routingEndpoint, routingRevision } from "#server/testing/routing";

export interface Tools {
  readonly wrk: string;
  readonly nginx: string;
  readonly haproxy: string;
  readonly envoy?: string;
}

export interface Target {
  readonly name: string;
  readonly url: string;
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

async function launch(name: string, port: number, core: string, command: string, args: readonly string[]): Promise<Target> {
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

/** A model that answers at once and keeps connections. */
export async function startModel(tools: Tools, folder: string): Promise<Target & { readonly port: number }> {
  const port = await freePort();
  const server = `server { listen 127.0.0.1:${String(port)}; location / { default_type application/json; return 200 '{"result":[1]}'; } }`;
  return { ...(await nginx(tools, folder, "direct", otherCore, port, server)), port };
}

async function nginxProxy(tools: Tools, folder: string, model: number): Promise<Target> {
  const port = await freePort();
  const upstream = `upstream model { server 127.0.0.1:${String(model)}; keepalive 64; }`;
  const server = `server { listen 127.0.0.1:${String(port)}; location / { proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection ""; } }`;
  return nginx(tools, folder, "nginx bare", proxyCore, port, `${upstream} ${server}`);
}

async function haproxyBare(tools: Tools, folder: string, model: number, fresh: boolean): Promise<Target> {
  const port = await freePort();
  const file = join(folder, `haproxy-${fresh ? "fresh" : "kept"}.cfg`);
  const lines = ["global", "  nbthread 1", "  maxconn 4000", "defaults", "  mode http", "  timeout client 60s", "  timeout server 60s", "  timeout connect 1s"];
  const proxy = [
    "listen bare",
    `  bind 127.0.0.1:${String(port)}`,
    ...(fresh ? ["  option http-server-close"] : []),
    `  server model 127.0.0.1:${String(model)}`,
  ];
  writeFileSync(file, `${[...lines, ...proxy].join("\n")}\n`);
  return launch(fresh ? "HAProxy bare, fresh connections" : "HAProxy bare", port, proxyCore, tools.haproxy, ["-db", "-f", file]);
}

async function envoyBare(program: string, folder: string, model: number): Promise<Target> {
  const port = await freePort();
  const address = (value: number) => ({ socket_address: { address: "127.0.0.1", port_value: value } });
  const routes = { virtual_hosts: [{ name: "all", domains: ["*"], routes: [{ match: { prefix: "/" }, route: { cluster: "model" } }] }] };
  const router = { name: "router", typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" } };
  const manager = {
    "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
    stat_prefix: "bare",
    route_config: routes,
    http_filters: [router],
  };
  const listener = { name: "bare", address: address(port), filter_chains: [{ filters: [{ name: "http", typed_config: manager }] }] };
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: address(model) } }] }];
  const cluster = { name: "model", type: "STATIC", connect_timeout: "1s", load_assignment: { cluster_name: "model", endpoints } };
  const file = join(folder, "envoy.json");
  writeFileSync(file, JSON.stringify({ static_resources: { listeners: [listener], clusters: [cluster] } }));
  return launch("Envoy bare", port, proxyCore, program, ["-c", file, "--concurrency", "1", "--log-level", "off", "--disable-hot-restart"]);
}

/** The whole gateway: keys, split, header hygiene, limits, access log, agent. The agent runs in this process, off the proxy's core. */
async function fullGateway(model: number): Promise<Target> {
  const gateway = await TestGateway.start();
  const deployment = (name: string, address: string) =>
    routingDeployment(name, [], {
      maxConcurrentRequestsPerInstance: 1000,
      instances: [{ id: `ins_${name}`, address, port: model, mode: "serve", http2: false }],
    });
  await gateway.program(routingRevision(1, [routingEndpoint([deployment("blue", "127.0.0.1")], { blue: 100 })]));
  const worker = await gateway.proxy.workerPid();
  spawnSync("taskset", ["-a", "-cp", proxyCore, String(worker)], { stdio: "ignore" });
  return { name: "Sluice gateway", url: `${gateway.plainUrl}/endpoints/demo/score`, pids: () => Promise.resolve([worker]), stop: () => gateway.stop() };
}

export async function startProxies(tools: Tools, folder: string, model: number): Promise<Target[]> {
  mkdirSync(folder, { recursive: true });
  return [
    await nginxProxy(tools, folder, model),
    await haproxyBare(tools, folder, model, false),
    await haproxyBare(tools, folder, model, true),
    await fullGateway(model),
    ...(tools.envoy === undefined ? [] : [await envoyBare(tools.envoy, folder, model)]),
  ];
}
