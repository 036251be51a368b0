import type { GatewayLayout } from "../layout";
import { answers, deployment, detours, handOver, logged, primaryWay, route } from "./frontend";
import { compression } from "./compression";
import { refuse } from "./refusal";
import { table, way } from "./table";

/** Of a deployment's queue, what copies may take, and how long one waits: whoever calls comes first. */
const copiesQueueMs = 1000;
const behindCallers = 10;

/** Who the call is for, as the front door decided it and wrote it into headers that only it can write. */
const chosen = (wanted: string): string[] => [
  "  http-request set-var(txn.rid) req.fhdr(x-request-id)",
  "  http-request set-var(txn.ep) req.fhdr(x-sluice-endpoint)",
  `  http-request set-var(txn.wanted) req.fhdr(${wanted})`,
  `  http-request set-var(txn.dc) var(txn.ep),concat(|,txn.wanted),${table("deployments")}`,
  refuse("NoInstance", "!{ var(txn.dc) -m found }"),
  ...deployment,
];
const forget = ["tolerance", "endpoint", "arrival", "rest", "shadow", "shadows"].map((name) => `  http-request del-header x-sluice-${name}`);

/** Instance, then milliseconds in the queue, to connect and to the model's answer, then the model's status: nobody else knows them outside of this way. */
const told = "  http-after-response set-header x-sluice-answered %[srv_name]|%[req.timer.queue]|%[bc.timer.connect]|%[res.timer.hdr]|%[var(txn.mstatus)]";

/**
 * A call that is being copied or compressed goes on here as it would have without. The front door logs it, and knows how long the caller may be silent: behind
 * it nobody is.
 */
function renderPrimary(layout: GatewayLayout): string[] {
  return [
    `frontend ${primaryWay} from base`,
    `  bind unix@${layout.primarySocket} mode 600`,
    "  timeout client 1h",
    "  no log",
    ...chosen("azureml-model-deployment"),
    ...way,
    "  http-request set-var(txn.arrival) req.fhdr(x-sluice-arrival),mul(1)",
    ...forget,
    ...answers,
    told,
    "  use_backend %[var(txn.be)]",
    "",
  ];
}

/**
 * Copies. The path is the shadow's own, which may differ. At a deployment that also has callers, copies may fill no more than what its instances
 * run at once, and wait behind every call.
 */
function renderShadow(layout: GatewayLayout): string[] {
  return [
    "frontend sluice:shadow from base",
    `  bind unix@${layout.shadowSocket} mode 600`,
    ...chosen("x-sluice-shadow"),
    "  http-request set-var(txn.copy) bool(true)",
    "  http-request set-var(txn.arrival) date(0,ms)",
    "  http-request set-var(txn.cid) req.fhdr(x-ms-client-request-id)",
    "  http-request set-var(txn.rest) req.fhdr(x-sluice-rest)",
    "  http-request set-var-fmt(txn.whole) /endpoints/%[var(txn.ep)]%[var(txn.rest)]",
    "  http-request set-var(txn.path) var(txn.whole),bytes(0,256)",
    "  http-request set-var(txn.cap) var(txn.cap),div(2)",
    `  http-request set-var(txn.t_queue) int(${String(copiesQueueMs)}) if { var(txn.t_queue) -m int gt ${String(copiesQueueMs)} }`,
    `  http-request set-priority-class int(${String(behindCallers)})`,
    ...route,
    ...forget,
    ...handOver,
    // So that a model that does more than answer can leave that out.
    "  http-request set-header x-sluice-mirrored true",
    ...answers,
    told,
    ...logged,
    "  use_backend %[var(txn.be)]",
    "",
  ];
}

/** What the way behind has to know goes with the call in headers that no caller can set. */
const handedOn = ["  http-request set-header x-sluice-endpoint %[var(txn.ep)]", "  http-request set-header x-sluice-arrival %[var(txn.arrival)]"];
/** And what the mirror has to. The shadow's scoring path may be another, while `/score` means any. */
const handedToMirror = [
  "  http-request set-header x-sluice-shadows %[var(txn.shadows)]",
  "  http-request set-header x-sluice-tolerance %[var(txn.mirror),field(1,:)]",
  "  http-request set-header x-sluice-rest /score if { var(txn.is_score) -m bool }",
  "  http-request set-header x-sluice-rest %[var(txn.rest)] if !{ var(txn.is_score) -m bool }",
];

/**
 * A call that was handed over and broke is not tried again, as the model may have it already. The last server goes past the mirror: without one, or with
 * one that has too much to do, calls go on without being copied.
 */
const detour = (name: string, layout: GatewayLayout, more: readonly string[]): string[] => [
  `backend ${name} from base`,
  "  balance first",
  "  retries 3",
  "  retry-on conn-failure",
  "  option redispatch 1",
  "  option http-server-close",
  ...handedOn,
  "  http-request set-var(txn.t_mirror) var(txn.t_model),add(txn.t_queue),add(1000)",
  "  http-request set-timeout server var(txn.t_mirror)",
  "  http-response set-var(txn.primary) res.fhdr(x-sluice-answered)",
  "  http-response set-var(txn.mstatus) var(txn.primary),field(5,|),mul(1) if { var(txn.primary),field(5,|),length gt 0 }",
  "  http-response del-header x-sluice- -m beg",
  "  http-response del-header keep-alive",
  ...more,
  `  server straight unix@${layout.primarySocket}`,
  "",
];

/**
 * All that mirroring and compression add to the configuration; calls of endpoints without them meet none of it. The proxy compresses what passes a backend, so
 * what shall be compressed takes a way through one of its own, which also works while the proxy runs.
 */
export function renderDetours(layout: GatewayLayout): string {
  const checked = ["  option httpchk", "  http-check send meth GET uri /healthy ver HTTP/1.1 hdr host mirror"];
  const mirror = `  server mirror unix@${layout.mirrorSocket} maxconn 256 check inter 500ms fall 2 rise 1 observe layer4 error-limit 1 on-error mark-down`;
  return [
    ...renderPrimary(layout),
    ...renderShadow(layout),
    ...detour(detours.copied, layout, [...handedToMirror, ...checked, mirror]),
    ...detour(detours.packed, layout, compression),
    ...detour(detours.both, layout, [...compression, ...handedToMirror, ...checked, mirror]),
  ].join("\n");
}
