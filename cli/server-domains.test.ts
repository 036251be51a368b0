import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { json } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { addDomainSchema, replaceDomainCertificateSchema } from "#server/contract/endpoint-domain";
import { LoopbackServer } from "#server/testing/loopback-server";
import { listServerDomains, removeServerDomain, setServerDomain } from "./server-domains";

const problem = {
  kind: "invalid_input", code: "domain.certificate_invalid", message: "The certificate was refused: it ended at noon.", requestId: "r",
  fields: [{ path: "certificate", message: "ended at noon", remedy: "Renew it, then send the new one." }],
}; // prettier-ignore

/** The routes of domains as the management API has them, for an endpoint `demo`; a certificate that reads `ended` is refused. */
class DomainServer extends LoopbackServer {
  readonly asked: string[] = [];
  readonly keys = new Map<string, string>();

  start(): Promise<this> {
    return this.listen(createServer((request, response) => void this.answer(request, response)));
  }

  private dto(name: string) {
    const person = { id: "usr_1", name: "Ada" };
    return { name, validFrom: 0, expiresAt: Date.parse("2027-02-03T04:05:06Z"), sha256: "ab", createdBy: person, createdAt: 0, updatedAt: 0 };
  }

  private put(schema: typeof addDomainSchema, value: object, response: ServerResponse): void {
    const { name, certificate, privateKey } = schema.parse({ endpoint: "demo", ...value });
    if (certificate === "ended") {
      response.statusCode = 422;
      response.end(JSON.stringify({ error: problem }));
      return;
    }
    this.keys.set(name, privateKey);
    response.end(JSON.stringify(this.dto(name)));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "" } = request;
    this.asked.push(`${method} ${url.replace("/api/v1/endpoints/demo", "")}`);
    const name = decodeURIComponent(url.split("/domains/")[1] ?? "");
    if (method === "POST") this.put(addDomainSchema, (await json(request)) as object, response);
    else if (method === "PUT") this.put(replaceDomainCertificateSchema, { name, ...((await json(request)) as object) }, response);
    else if (method === "DELETE") response.end(JSON.stringify({ name: this.keys.delete(name) ? name : "" }));
    else response.end(JSON.stringify({ items: [...this.keys.keys()].map((one) => this.dto(one)), nextCursor: null }));
  }
}

let server: DomainServer;
let folder: string;
beforeEach(async () => {
  server = await new DomainServer().start();
  folder = mkdtempSync(path.join(tmpdir(), "sluice-domains-"));
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const { signal } = new AbortController();
const address = () => ({ url: `http://127.0.0.1:${String(server.port)}`, token: "slp_x" });
const fileOf = (name: string, text: string): string => {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
};
const set = (name: string, certificate: string, key: string) =>
  setServerDomain(address(), "demo", name, { certificate: fileOf("chain.pem", certificate), key: fileOf("key.pem", key) }, signal);

it("adds a domain, and gives the one that is there another certificate by the same words", async () => {
  expect(await listServerDomains(address(), "demo", signal)).toBe("demo has no domains of its own.");
  expect(await set("score.example.com", "first", "key 1")).toBe("score.example.com\tcertificate until 2027-02-03");
  await set("score.example.com", "second", "key 2");
  expect(server.asked.filter((line) => !line.startsWith("GET"))).toEqual(["POST /domains", "PUT /domains/score.example.com"]);
  expect([...server.keys]).toEqual([["score.example.com", "key 2"]]);
  expect(await listServerDomains(address(), "demo", signal)).toBe("score.example.com\tcertificate until 2027-02-03");
});

it("knows a domain that is there however its name is written, and removes it so", async () => {
  await set("score.example.com", "first", "key 1");
  for (const written of ["Score.Example.COM", " score.example.com. "]) await set(written, "second", "key 2");
  expect(server.asked.filter((line) => !line.startsWith("GET")).slice(1)).toEqual(["PUT /domains/score.example.com", "PUT /domains/score.example.com"]);
  expect(await removeServerDomain(address(), "demo", "Score.Example.com.")).toBe("demo answers at score.example.com no more.");
  expect(server.keys.size).toBe(0);
});

it("removes one", async () => {
  await set("score.example.com", "first", "key 1");
  expect(await removeServerDomain(address(), "demo", "score.example.com")).toBe("demo answers at score.example.com no more.");
  expect(server.keys.size).toBe(0);
});

it("says what the server says of a certificate, with its remedy, and names a file that cannot be read before it asks", async () => {
  await expect(set("score.example.com", "ended", "key")).rejects.toMatchObject({ message: problem.message, remedy: "Renew it, then send the new one." });
  server.asked.length = 0;
  const missing = { certificate: path.join(folder, "none.pem"), key: path.join(folder, "none.pem") };
  await expect(setServerDomain(address(), "demo", "a.example.com", missing, signal)).rejects.toThrow(/--certificate .*none.pem cannot be read/);
  expect(server.asked).toEqual([]);
});
