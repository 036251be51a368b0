import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RoutingDomain } from "#server/domain/routing/types";
import { TestGateway, until } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingRevision } from "#server/testing/routing";

let gateway: TestGateway;
let model: ModelServer;
let revision: number;

beforeEach(async () => {
  revision = 0;
  model = await new ModelServer("blue").start();
  gateway = await TestGateway.start();
});
afterEach(async () => {
  await gateway.stop();
  await model.stop();
});

const offered = (name: string, names?: readonly string[]) => gateway.offerCertificate(name, names);

/** SHA-256 of the certificate that a handshake for a name shows. */
async function shown(servername: string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port: gateway.settings.bind.port, servername, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { raw } = socket.getPeerCertificate();
  socket.destroy();
  const lines = raw.toString("base64").match(/.{1,64}/g) ?? [];
  const pem = `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
  return createHash("sha256").update(pem).digest("hex");
}

/** Status of a scoring call that trusts nothing but what is shown for the name. */
async function scored(host: string): Promise<number> {
  const socket = connect({ host: "127.0.0.1", port: gateway.settings.bind.port, servername: host, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  socket.write(`POST /score HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer key-1\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}`);
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  await once(socket, "close");
  return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);
}

async function program(...domains: readonly RoutingDomain[]): Promise<void> {
  revision += 1;
  await gateway.program(routingRevision(revision, [routingEndpoint([routingDeployment("blue", [model.port])], { blue: 100 }, { domains })]));
}
const isShown = ({ name, sha256 }: RoutingDomain) => until(`the certificate of ${name}`, async () => (await shown(name)) === sha256);
const files = (): string[] => readdirSync(gateway.layout.domains).sort();
const list = (): string => readFileSync(gateway.layout.domainList, "utf8");

describe("an endpoint's own domain", () => {
  it("answers with its own certificate, and nobody else's name is answered with it", async () => {
    const api = await offered("api.acme.example", ["api.acme.example", "other.acme.example"]);
    const ml = await offered("ml.acme.example");
    const usual = await shown("gateway.example.com");
    await program(api, ml);
    await Promise.all([api, ml].map(isShown));
    expect([await scored("api.acme.example"), await scored("API.ml.acme.example"), await scored("ml.acme.example")]).toEqual([200, 404, 200]);
    expect([await shown("gateway.example.com"), await shown("other.acme.example"), await shown("x.api.acme.example")]).toEqual([usual, usual, usual]);
  });

  it("gets another certificate without a failed handshake", async () => {
    const first = await offered("api.acme.example");
    await program(first);
    await isShown(first);
    const second = await offered("api.acme.example");
    const seen = new Set<string>();
    let over = false;
    const callers = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!over) seen.add(await shown("api.acme.example"));
      }),
    );
    await program(second);
    await isShown(second);
    over = true;
    await callers;
    expect([...seen].filter((sha256) => sha256 !== first.sha256 && sha256 !== second.sha256)).toEqual([]);
    expect(await scored("api.acme.example")).toBe(200);
  });

  it("is served by a proxy that starts without a control plane, from files that the agent's account alone may read", async () => {
    const api = await offered("api.acme.example");
    await program(api);
    await isShown(api);
    await until("the list", () => list().includes("api.acme.example"));
    expect(files().map((name) => [name, (statSync(join(gateway.layout.domains, name)).mode & 0o777).toString(8)])).toEqual([["api.acme.example.pem", "600"]]);
    expect((statSync(gateway.layout.domains).mode & 0o777).toString(8)).toBe("700");
    await gateway.controlPlane.stop();
    await gateway.proxy.kill();
    await gateway.proxy.start();
    expect([await shown("api.acme.example"), await scored("api.acme.example")]).toEqual([api.sha256, 200]);
    await gateway.restartAgent();
    expect([await shown("api.acme.example"), await scored("api.acme.example")]).toEqual([api.sha256, 200]);
  });

  it("is gone with its key when it is removed, from proxy and disk, also when the proxy was away meanwhile", async () => {
    const [api, ml] = [await offered("api.acme.example"), await offered("ml.acme.example")];
    const usual = await shown("gateway.example.com");
    await program(api, ml);
    await Promise.all([api, ml].map(isShown));
    await until("both files", () => files().length === 2);
    await program(ml);
    expect(await scored("api.acme.example")).toBe(404);
    await until("one file", () => files().length === 1);
    await until("the usual certificate", async () => (await shown("api.acme.example")) === usual);
    expect([files(), list().includes("api.acme"), await shown("ml.acme.example")]).toEqual([["ml.acme.example.pem"], false, ml.sha256]);
    const ended = program();
    await gateway.proxy.kill();
    await gateway.proxy.start();
    await ended;
    await until("no file", () => files().length === 0 && list() === "");
    await until("the usual certificate", async () => (await shown("ml.acme.example")) === usual);
  });

  it("whose certificate the proxy refuses, or nobody hands out, holds no other up and never comes to lie on disk", async () => {
    const [broken, missing] = [
      { name: "broken.acme.example", sha256: "b".repeat(64) },
      { name: "missing.acme.example", sha256: "c".repeat(64) },
    ];
    gateway.controlPlane.certificates.set(`${broken.name} ${broken.sha256}`, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    const usual = await shown("gateway.example.com");
    const api = await offered("api.acme.example");
    await program(broken, missing, api);
    await isShown(api);
    expect([await shown(broken.name), await shown(missing.name)]).toEqual([usual, usual]);
    expect([await scored(broken.name), await scored("api.acme.example")]).toEqual([200, 200]);
    await until("the file", () => existsSync(join(gateway.layout.domains, "api.acme.example.pem")));
    expect(files()).toEqual(["api.acme.example.pem"]);
    await gateway.proxy.kill();
    await gateway.proxy.start();
    await isShown(api);
  });
});
