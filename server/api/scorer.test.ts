import https from "node:https";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SluiceError } from "#server/domain/errors";
import type { Scorer } from "#server/operations/context";
import { scorerAt } from "./scorer";

const idleMs = 400;
const totalMs = 1200;

describe("the studio's caller of a gateway", () => {
  let server: https.Server;
  let scorer: Scorer;
  let gone: Scorer;

  beforeAll(async () => {
    const pems = await generate([{ name: "commonName", value: "localhost" }], {
      keyType: "ec",
      extensions: [
        { name: "basicConstraints", cA: true },
        { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
      ],
    });
    server = https.createServer({ key: pems.private, cert: pems.cert }, (request, response) => {
      if (request.url?.includes("/silent/") === true) return;
      response.writeHead(200, { "x-request-id": "r1" });
      if (request.url?.includes("/broken/") === true) {
        response.write("half");
        setTimeout(() => response.destroy(), idleMs / 4);
        return;
      }
      if (request.url?.includes("/endless/") === true) {
        const drip = setInterval(() => response.write("."), idleMs / 4);
        response.on("close", () => clearInterval(drip));
        return;
      }
      response.end("well");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const place = { host: "127.0.0.1", servername: "localhost", ca: pems.cert, port };
    scorer = scorerAt(place, { idleMs, totalMs });
    // Nothing listens on port 1 of loopback.
    gone = scorerAt({ ...place, port: 1 }, { idleMs, totalMs });
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const refusal = async (endpoint: string, by = scorer): Promise<readonly [string, string]> => {
    const error: unknown = await by
      .score({ endpoint, deployment: null, body: "{}", contentType: "application/json" }, "key")
      .catch((thrown: unknown) => thrown);
    return error instanceof SluiceError ? [error.code, error.message] : ["none", JSON.stringify(error)];
  };

  it("has the answer", async () => {
    expect(await scorer.score({ endpoint: "whole", deployment: null, body: "{}", contentType: "application/json" }, "key")).toMatchObject({
      status: 200,
      body: "well",
      requestId: "r1",
    });
  });

  it("tells silence, an answer without end, one that breaks off and a gateway that is not there apart, each with what is true of it", async () => {
    expect(await refusal("silent")).toEqual(["gateway.timed_out", expect.stringContaining("Nothing came from the gateway for 0.4 s")]);
    expect(await refusal("endless")).toEqual(["gateway.timed_out", expect.stringContaining("still coming after 1.2 s")]);
    expect(await refusal("broken")).toEqual(["gateway.unreachable", expect.stringContaining("broke off")]);
    expect(await refusal("whole", gone)).toEqual(["gateway.unreachable", expect.stringContaining("does not answer")]);
  });
});
