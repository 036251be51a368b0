import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { listServerGateways, showServerGateway } from "./server-gateways";

const one = {
  id: "gw_1", name: "east", state: "connected", proxyVersion: "3.2.1", address: "10.0.0.1:8443", appliedRevision: 7, newestRevision: 7,
  refusedRevision: null, refusedReason: null, inFlight: 0, queued: 0, lag: null, acknowledgements: [], shedLogLines: 0, lastSeenAt: 1000,
}; // prettier-ignore
const two = { ...one, id: "gw_2", name: "west", state: "stale", appliedRevision: 5, refusedReason: "weights" };

let server: Server;
beforeEach(async () => {
  server = createServer((request, response) => {
    response.statusCode = request.url === "/api/v1/compute/gateways" ? 200 : 404;
    response.end(JSON.stringify({ items: [one, two], nextCursor: null }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const address = () => ({ url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, token: "t" });
const { signal } = new AbortController();

it("lists gateways with state and revision, since when one is cut off, and what it refused", async () => {
  expect((await listServerGateways(address(), signal)).split("\n")).toEqual([
    "east\tconnected\trevision 7 of 7\t3.2.1\t10.0.0.1:8443",
    "west\tstale since 1970-01-01T00:00:01.000Z\trevision 5 of 7\t3.2.1\t10.0.0.1:8443\trefused: weights",
  ]);
});

it("shows one by name or id, and names those that there are", async () => {
  expect(JSON.parse(await showServerGateway(address(), "gw_2", signal))).toEqual(two);
  await expect(showServerGateway(address(), "north", signal)).rejects.toMatchObject({ message: "There is no gateway north." });
});
