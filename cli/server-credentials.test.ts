import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { serverCredentials } from "./server-credentials";

const keys = { primaryKey: "one", secondaryKey: "two" };
const token = { accessToken: "a.b.c", tokenType: "Bearer", expiryTimeUtc: 1_795_000_000, refreshAfterTimeUtc: 1_794_000_000 };

/** What the command gets of an endpoint in the given mode, and what it asked for on the way. */
async function credentialsIn(authMode: string, lifetimeSeconds?: number): Promise<{ readonly told: unknown; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const { method = "", url = "", headers } = request;
    asked.push(`${method} ${url} ${headers.authorization ?? ""}${body}`);
    response.end(JSON.stringify(url.endsWith("/keys") ? keys : url.endsWith("/token") ? token : { authMode }));
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const told = await serverCredentials({ url, token: "slp_x" }, "my demo", lifetimeSeconds, new AbortController().signal).catch((error: unknown) =>
    String(error),
  );
  server.closeAllConnections();
  server.close();
  return { told, asked };
}

it("gives keys or a token as the endpoint's mode says, and nothing where callers have tokens of somebody else", async () => {
  expect(await credentialsIn("key")).toEqual({
    told: keys,
    asked: ["GET /api/v1/endpoints/my%20demo Bearer slp_x", "GET /api/v1/endpoints/my%20demo/keys Bearer slp_x"],
  });
  expect(await credentialsIn("aml_token")).toEqual({
    told: token,
    asked: ["GET /api/v1/endpoints/my%20demo Bearer slp_x", "POST /api/v1/endpoints/my%20demo/token Bearer slp_x"],
  });
  expect((await credentialsIn("aad_token")).told).toContain("identity provider");
});

it("asks for a token that is good for as long as is wished, and refuses to make a key short-lived", async () => {
  expect((await credentialsIn("aml_token", 300)).asked[1]).toBe('POST /api/v1/endpoints/my%20demo/token Bearer slp_x{"lifetimeSeconds":300}');
  expect((await credentialsIn("key", 300)).told).toContain("send keys, which last");
});
