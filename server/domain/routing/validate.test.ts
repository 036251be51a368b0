import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { revisionArbitrary } from "#server/testing/arbitrary-routing";
import { routingDeployment, routingEndpoint, routingInstance, routingKey, routingRevision } from "#server/testing/routing";
import { validateRevision } from "./validate";

const blue = routingDeployment("blue", [5001]);
const reasons = (document: unknown): string[] => {
  const judged = validateRevision(document);
  return judged.ok ? [] : judged.error.map(({ path, reason }) => `${path}: ${reason}`);
};

describe("a routing revision", () => {
  it("that follows the rules is taken as it is", () => {
    fc.assert(
      fc.property(revisionArbitrary, (revision) => {
        const judged = validateRevision(JSON.parse(JSON.stringify(revision)));
        expect(judged).toEqual({ ok: true, data: revision });
      }),
    );
  });

  it("that is any other document is refused without throwing", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (document) => {
        expect(validateRevision(document).ok).toBe(false);
      }),
    );
  });

  it.each([
    ["weights that sum to 99", [routingEndpoint([blue], { blue: 99 })], "endpoints.0.weights: weights sum to 99, not to 0 or 100"],
    ["a weight for nobody", [routingEndpoint([blue], { green: 100 })], "endpoints.0.weights.green: the weight names a deployment that is not in the endpoint"],
    ["half a tenth", [routingEndpoint([blue], { blue: 99.95 })], "endpoints.0.weights.blue: a weight has steps of 0.1 percent"],
    ["weights that sum to 99.9", [routingEndpoint([blue], { blue: 99.9 })], "endpoints.0.weights: weights sum to 99.9, not to 0 or 100"],
    ["a name in capitals", [routingEndpoint([], {}, { name: "Demo" })], "endpoints.0.name: lower-case letters, digits and single dashes"],
    ["a double dash", [routingEndpoint([], {}, { name: "de--mo" })], "endpoints.0.name: lower-case letters, digits and single dashes"],
    ["a bar in a name", [routingEndpoint([], {}, { name: "demo|x" })], "endpoints.0.name: lower-case letters, digits and single dashes"],
    [
      "a key in clear",
      [routingEndpoint([], {}, { keys: [{ sha256: "secret", name: "primary", grant: null }] })],
      "endpoints.0.keys.0.sha256: 64 lower-case hexadecimal digits",
    ],
    [
      "a path with a semicolon",
      [routingEndpoint([{ ...blue, scoringPath: "/a;b" }], {})],
      "endpoints.0.deployments.0.scoringPath: an absolute path of letters, digits and . _ ~ : / -",
    ],
    [
      "a prefix that leads out of itself",
      [routingEndpoint([{ ...blue, pathPrefix: "/v2/../admin" }], {})],
      "endpoints.0.deployments.0.pathPrefix: a path without empty, `.` or `..` segments",
    ],
    [
      "a host name as address",
      [routingEndpoint([{ ...blue, instances: [routingInstance(1, { address: "localhost" })] }], {})],
      "endpoints.0.deployments.0.instances.0.address: an IPv4 or IPv6 address",
    ],
    ["an id with a slash", [routingEndpoint([{ ...blue, id: "a/b" }], {})], "endpoints.0.deployments.0.id: an id is 1 to 64 letters, digits, - or _"],
    [
      "two keys alike",
      [routingEndpoint([], {}, { keys: [routingKey("k"), routingKey("k")] })],
      expect.stringContaining("is already used at endpoints.0.keys.0.sha256"),
    ],
  ])("with %s is refused, and says where", (_what, endpoints, reason) => {
    expect(reasons(routingRevision(1, endpoints))).toEqual([reason]);
  });

  it("never gives one address or instance to two deployments", () => {
    const thief = routingDeployment("thief", [5001]);
    expect(reasons(routingRevision(1, [routingEndpoint([blue, thief], { blue: 100 })]))).toEqual([
      "endpoints.0.deployments.1.instances.0.id: the id ins_5001 is already used at endpoints.0.deployments.0.instances.0.id",
      "endpoints.0.deployments.1.instances.0.address: the address 127.0.0.1 port 5001 is already used at endpoints.0.deployments.0.instances.0.address",
    ]);
  });

  it("has one endpoint of a domain", () => {
    const domains = [{ name: "api.acme.example", sha256: "a".repeat(64) }];
    const two = [routingEndpoint([], {}, { domains }), routingEndpoint([], {}, { id: "ep_two", name: "two", domains })];
    expect(reasons(routingRevision(1, two))).toEqual(["endpoints.1.domains.0.name: the domain api.acme.example is already used at endpoints.0.domains.0.name"]);
  });

  it("has one endpoint of a name", () => {
    const twin = routingEndpoint([], {}, { id: "ep_twin" });
    expect(reasons(routingRevision(1, [routingEndpoint([], {}), twin]))).toEqual(["endpoints.1.name: the name demo is already used at endpoints.0.name"]);
  });
});
