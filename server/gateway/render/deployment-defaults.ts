import { grpcRule, clientTimeout } from "./defaults";
import { isGrpc, refuse } from "./refusal";
import { wayField } from "./table";

const failed = "!{ status 200:299 } !{ status 101 }";
/** Asked for only where a model failed: good answers do not meet it. */
const mapped = `!{ ${wayField(9)} -m str unchanged }`;

/** Steps in which a request waits for a first instance; each is a part of the deployment's queue timeout. */
const waitSteps = 24;

/**
 * A deployment whose instances are all gone holds its requests for the queue timeout instead of failing them at once. What is left
 * of that time is then the limit for the queue as well.
 */
function waitForInstance(): string[] {
  return [
    "  http-request set-var(txn.asleep) var(txn.t_queue),div(" + String(waitSteps) + "),add(1) if { nbsrv lt 1 }",
    ...Array.from({ length: waitSteps }, () => "  http-request pause var(txn.asleep) if { var(txn.asleep) -m found } { nbsrv lt 1 }"),
    "  http-request set-var(txn.now) date(0,ms) if { var(txn.asleep) -m found }",
    "  http-request set-var(txn.t_queue) var(txn.t_queue),add(txn.arrival),sub(txn.now) if { var(txn.asleep) -m found }",
    "  http-request set-var(txn.t_queue) int(1) if { var(txn.asleep) -m found } { var(txn.t_queue) -m int lt 1 }",
  ];
}

/**
 * A call on a used connection that breaks makes the proxy close the caller's connection without an answer, as it tells the caller to try again; on a fresh one it is
 * a proper error. So each call has its own unless the deployment asks otherwise, and even then the first call of a caller's connection, which nobody tries again.
 * What was an upgrade is never used again.
 */
const connections = ["  http-reuse safe", "  http-request set-header connection close if !{ var(txn.connections) -m str keep } !{ req.hdr(upgrade) -m found }"];

/**
 * What every deployment's backend inherits, whether it lies in the file or is added at run time. Timeouts and limits come in variables that the
 * frontend took from the tables: a timeout that a frontend sets itself is lost when the backend is chosen.
 */
export function renderDeploymentDefaults(): string {
  return [
    "defaults dep from base",
    "  balance leastconn",
    // Here a request has its id, which the file of the frontend's cannot hold.
    grpcRule,
    ...clientTimeout,
    // A request is tried again only while nothing of it was sent, and then elsewhere: scoring twice is not ours to decide.
    "  retries 2",
    "  retry-on conn-failure",
    "  option redispatch 1",
    ...connections,
    "  http-request set-var(txn.over) be_conn,sub(txn.cap)",
    refuse("TooManyRequests", "{ var(txn.over) -m int gt 0 }"),
    ...waitForInstance(),
    "  http-request set-timeout server var(txn.t_model)",
    "  http-request set-timeout queue var(txn.t_queue)",
    "  http-request set-timeout tunnel var(txn.idle) if { var(txn.idle) -m found }",
    // Only the model's answers pass here. What it says in our own vocabulary is not to be mistaken for ours.
    "  http-response set-var(txn.mstatus) status",
    "  http-response del-header ms-azureml- -m beg",
    "  http-response del-header x-sluice- -m beg",
    "  http-response del-header azureml-model-deployment",
    "  http-response del-header x-ms-error-code",
    "  http-response del-header keep-alive",
    // This one has a length and no body, which no other status may have.
    `  http-response del-header content-length if { status 304 } ${mapped}`,
    "  http-response set-header ms-azureml-queue-time %[req.timer.queue]",
    "  http-response set-header ms-azureml-model-time %[res.timer.hdr]",
    `  http-response set-header ms-azureml-model-error-statuscode %[status] if ${failed}`,
    `  http-response set-header ms-azureml-model-error-reason model_error if ${failed}`,
    // A server of gRPC says 200 and puts its failure into a status of its own; anything else is not the model but something in front of it.
    `  http-response return status 200 hdr grpc-status 14 hdr grpc-message "The model's server answered with the HTTP status %[var(txn.mstatus)]." hdr ms-azureml-model-error-statuscode %[var(txn.mstatus)] if ${isGrpc} !{ status 200 }`,
    `  http-response set-status 424 reason "Failed Dependency" if ${failed} ${mapped}`,
    "",
  ].join("\n");
}
