import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "#server/testing/free-ports";
import { launch, proxyCore, type Target } from "./proxies";

const extension = (name: string): string => `type.googleapis.com/envoy.extensions.${name}`;
const address = (port: number) => ({ socket_address: { address: "127.0.0.1", port_value: port } });
const header = (key: string, value: string) => ({ header: { key, value }, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" });

/** As many keys as the endpoint has, in the header that the gateway reads. */
const authentication = {
  name: "envoy.filters.http.api_key_auth",
  typed_config: {
    "@type": extension("filters.http.api_key_auth.v3.ApiKeyAuth"),
    credentials: [{ key: "key-1", client: "primary" }],
    key_sources: [{ header: "authorization" }],
    forwarding: { header: "x-client-id", hide_credentials: true },
  },
};

const router = { name: "router", typed_config: { "@type": extension("filters.http.router.v3.Router") } };

const removed = ["forwarded", "x-real-ip", "proxy", "proxy-authorization", "keep-alive", "proxy-connection", "http2-settings", "x-ms-request-id", "tracestate"];

/** The split, with the headers that the gateway takes away and adds, and its limit of time. */
const routes = {
  virtual_hosts: [
    {
      name: "all",
      domains: ["*"],
      request_headers_to_remove: removed,
      request_headers_to_add: [header("x-forwarded-for", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"), header("x-sluice-deadline-ms", "%START_TIME(%s%3f)%")],
      response_headers_to_add: [header("x-request-id", "%REQ(X-REQUEST-ID)%"), header("x-ms-request-id", "%REQ(X-REQUEST-ID)%")],
      routes: [
        {
          match: { prefix: "/endpoints/demo/" },
          route: {
            timeout: "5s",
            prefix_rewrite: "/",
            weighted_clusters: {
              clusters: [
                ["blue", 90],
                ["green", 10],
              ].map(([name, weight]) => ({ name, weight, request_headers_to_add: [header("azureml-model-deployment", String(name))] })),
            },
          },
        },
      ],
    },
  ],
};

const logFields: Readonly<Record<string, string>> = {
  id: "%REQ(X-REQUEST-ID)%",
  cid: "%REQ(X-MS-CLIENT-REQUEST-ID)%",
  t: "%START_TIME(%s%3f)%",
  dep: "%UPSTREAM_CLUSTER%",
  inst: "%UPSTREAM_HOST%",
  m: "%REQ(:METHOD)%",
  path: "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
  st: "%RESPONSE_CODE%",
  code: "%RESPONSE_CODE_DETAILS%",
  tr: "%RESPONSE_DURATION%",
  ta: "%DURATION%",
  rx: "%BYTES_RECEIVED%",
  tx: "%BYTES_SENT%",
  key: "%REQ(X-CLIENT-ID)%",
  ua: "%REQ(USER-AGENT)%",
  pin: "%REQ(AZUREML-MODEL-DEPLOYMENT)%",
  rc: "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
  ts: "%RESPONSE_FLAGS%",
};

/** Concurrency is limited as the gateway limits it; metrics are Envoy's own and always on. */
function cluster(name: string, model: number) {
  const limits = { max_connections: 1000, max_pending_requests: 1000, max_requests: 2000 };
  return {
    name,
    type: "STATIC",
    connect_timeout: "1s",
    lb_policy: "LEAST_REQUEST",
    circuit_breakers: { thresholds: [limits] },
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address: address(model) } }] }] },
  };
}

/** Envoy with keys, split, limits, JSON access log and metrics: what the gateway does for every call, by Envoy's own means and without scripts. */
export async function envoyWithFeatures(program: string, folder: string, model: number): Promise<Target> {
  const port = await freePort();
  const log = {
    name: "log",
    typed_config: {
      "@type": extension("access_loggers.file.v3.FileAccessLog"),
      path: join(folder, `envoy-${String(port)}.log`),
      log_format: { json_format: logFields },
    },
  };
  const manager = {
    "@type": extension("filters.network.http_connection_manager.v3.HttpConnectionManager"),
    stat_prefix: "gateway",
    route_config: routes,
    http_filters: [authentication, router],
    access_log: [log],
  };
  const listener = { name: "gateway", address: address(port), filter_chains: [{ filters: [{ name: "http", typed_config: manager }] }] };
  const file = join(folder, `envoy-${String(port)}.json`);
  writeFileSync(file, JSON.stringify({ static_resources: { listeners: [listener], clusters: [cluster("blue", model), cluster("green", model)] } }));
  const target = await launch("Envoy with features", port, proxyCore, program, [
    "-c",
    file,
    "--concurrency",
    "1",
    "--log-level",
    "off",
    "--disable-hot-restart",
  ]);
  return { ...target, url: `http://127.0.0.1:${String(port)}/endpoints/demo/score` };
}
