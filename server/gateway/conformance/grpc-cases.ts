import type { Area, ConformanceCase, GrpcAnswered, GrpcCall } from "./types";

const carried = "Calls of gRPC pass as they are: messages in both directions as they come, metadata, and the model's own status, whatever it is.";
const refused =
  "A refusal is an answer without a message: HTTP 200, `grpc-status`, `grpc-message`, the code in `x-ms-error-code`, and the request's id, like any other answer of ours.";
const chosen = "The host name chooses the endpoint, as the path is the method's. Keys, split and pin are those of every call.";
const routes = "Where containers take HTTP/2 every method passes, as `/service/method` and in no other form.";
const own = "An answer of the model's server that is not gRPC's is told as a failure of gRPC.";

const says = (name: string, rule: string, grpc: GrpcCall, said: GrpcAnswered): ConformanceCase => ({ name, rule, grpc, said });
const blue = { name: "talk-blue" };
const talking = "talk-empty, talk-plain, talk-blue, talk-hasty";

/** gRPC's own client against gRPC's own server, with the gateway between. */
export const grpcAreas: readonly Area[] = [
  {
    title: "gRPC",
    cases: [
      says(
        "One message there, one back",
        carried,
        {},
        {
          status: 0,
          messages: ['{"model":"talk-blue","bytes":2}'],
          metadata: { "azureml-model-deployment": "talk-blue", "x-request-id": /^[0-9a-f-]{36}$/, "ms-azureml-model-time": /^\d+$/ },
          trailers: { "x-model-says": "talk-blue" },
          model: { ...blue, method: "Say", metadata: { "azureml-model-deployment": "talk-blue", "x-sluice-deadline-ms": /^\d{13}$/ } },
        },
      ),
      says(
        "One message there, several back as they come",
        carried,
        { method: "Count", messages: ["4"] },
        {
          status: 0,
          messages: ["1", "2", "3", "4"],
          spread: 40,
          trailers: { "x-model-says": "talk-blue" },
        },
      ),
      says("Messages both ways", carried, { method: "Chat", messages: ["a", "b", "c"] }, { status: 0, messages: ["a", "b", "c"] }),
      says(
        "A message of 8 MB",
        "Messages are not measured: caller and server have limits of their own for their sizes.",
        { messages: [{ bytes: 8_000_000 }] },
        {
          status: 0,
          messages: ['{"model":"talk-blue","bytes":8000000}'],
        },
      ),
      says(
        "The caller's metadata",
        carried,
        { metadata: { "x-tenant": "a b", "x-sluice-forged": "1", "x-ms-client-request-id": "mine" } },
        {
          status: 0,
          metadata: { "x-ms-client-request-id": "mine" },
          model: { ...blue, metadata: { "x-tenant": "a b", "x-sluice-forged": null, "x-ms-client-request-id": "mine" } },
        },
      ),
      ...[3, 5, 14, 16].map((status) =>
        says(
          `The model's own status ${String(status)}`,
          carried,
          { model: `fail-${String(status)}` },
          {
            status,
            details: `the model says ${String(status)}`,
            messages: [],
            trailers: { "x-model-says": "talk-blue", "x-ms-error-code": null },
            model: blue,
          },
        ),
      ),
      says(
        "The model's own status after a message",
        carried,
        { model: "late-9" },
        {
          status: 9,
          details: "the model says 9",
          messages: ['{"model":"talk-blue","bytes":2}'],
          trailers: { "x-model-says": "talk-blue" },
        },
      ),
      says("The caller's deadline", "Who does not wait any longer is not waited for.", { model: "wait-3000", deadlineMs: 300 }, { status: 4, before: 1000 }),
    ],
  },
  {
    title: "gRPC, who and where",
    cases: [
      says("Another key", chosen, { key: "no" }, { code: "Unauthorized", model: null }),
      says("No key", chosen, { key: null }, { code: "Unauthorized", model: null }),
      says("A client key that ended", chosen, { key: "slk_past" }, { code: "KeyExpired", says: { key: "past", expiry: "2023-11-14T22:13:20Z" }, model: null }),
      says(
        "A client key that may not pin",
        chosen,
        { key: "slk_plain", pin: "talk-hasty" },
        { code: "PinNotAllowed", says: { holder: "key plain" }, model: null },
      ),
      says("A host that is no endpoint", chosen, { host: "nobody.endpoints.example.com" }, { code: "EndpointNotFound", model: null }),
      says("The gateway's own address", chosen, { host: "127.0.0.1" }, { code: "EndpointNotFound", model: null }),
      says("The method below the endpoint's path", chosen, { host: "127.0.0.1", path: "/endpoints/talk/sluice.test.Model/Say" }, { status: 0, model: blue }),
      says("A pin", chosen, { pin: "talk-hasty" }, { status: 0, model: { name: "talk-hasty" } }),
      says(
        "A pin that is no deployment",
        chosen,
        { pin: "nobody" },
        { code: "DeploymentNotFound", says: { by: "azureml-model-deployment is", pin: "nobody", deployments: talking }, model: null },
      ),
      says("An endpoint without traffic", chosen, { host: "idle.endpoints.example.com" }, { code: "NoTraffic", model: null }),
      says("A method that the server does not know", routes, { path: "/sluice.test.Model/Sing" }, { status: 12, trailers: { "x-ms-error-code": null } }),
      says("A path that is no method", routes, { path: "/score" }, { code: "RouteNotFound", model: null }),
      says("A path of three parts", routes, { path: "/a/b/c" }, { code: "RouteNotFound", model: null }),
      says("A dot segment", routes, { path: "/sluice.test.Model/../Say" }, { code: "RouteNotFound", model: null }),
      says("A deployment that takes no gRPC", routes, { pin: "talk-plain" }, { code: "RouteNotFound", model: null }),
    ],
  },
  {
    title: "gRPC, failures",
    cases: [
      says("No instance", refused, { pin: "talk-empty" }, { code: "NoInstance", after: 280, model: null }),
      says("No answer in time", refused, { pin: "talk-hasty", model: "wait-2000" }, { code: "ModelTimeout", after: 380, before: 1500 }),
      {
        name: "An ordinary call of a server that takes nothing but gRPC",
        rule: own,
        call: { path: "/endpoints/talk/score" },
        answer: { status: 424, headers: { "ms-azureml-model-error-statuscode": "415" } },
      },
    ],
  },
];
