import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RoutingRevision } from "#server/domain/routing/types";
import { TestGateway, selfSignedPem, until } from "#server/testing/haproxy";
import { ModelServer } from "#server/testing/model-server";
import { routingDeployment, routingEndpoint, routingKey, routingRevision } from "#server/testing/routing";
import { Load, TestScorer } from "#server/testing/scorer";
import { sendCommand, sendCommands } from "./proxy/command-socket";

let gateway: TestGateway;
let blue: ModelServer;
let green: ModelServer;
let scorer: TestScorer;

beforeEach(async () => {
  blue = await new ModelServer("blue").start();
  green = await new ModelServer("green").start();
  gateway = await TestGateway.start();
  scorer = new TestScorer(gateway.plainUrl);
});

afterEach(async () => {
  await scorer.close();
  await gateway.stop();
  await Promise.all([blue.stop(), green.stop()]);
});

function split(revision: number, blueWeight: number, greenWeight = 100 - blueWeight): RoutingRevision {
  const deployments = [routingDeployment("blue", [blue.port]), routingDeployment("green", [green.port])];
  return routingRevision(revision, [routingEndpoint(deployments, { blue: blueWeight, green: greenWeight })]);
}

describe("weights", () => {
  it("split 90/10 within five standard deviations", async () => {
    await gateway.program(split(1, 90));
    const requests = 2000;
    const served = { blue: 0, green: 0 };
    for (let round = 0; round < requests / 20; round += 1) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => scorer.score()));
      for (const { headers } of answers) served[headers["azureml-model-deployment"] as "blue" | "green"] += 1;
    }
    expect(served.blue + served.green).toBe(requests);
    expect(Math.abs(served.green - requests * 0.1)).toBeLessThan(5 * Math.sqrt(requests * 0.1 * 0.9));
  });

  it("200 changes under load fail no request, and the old deployment is never seen after the acknowledgement", async () => {
    await gateway.program(split(1, 100));
    const load = new Load(scorer, 4);
    let slowest = 0;
    for (let change = 2; change <= 201; change += 1) {
      const toGreen = change % 2 === 0;
      const startedAt = performance.now();
      await gateway.program(split(change, toGreen ? 0 : 100));
      slowest = Math.max(slowest, performance.now() - startedAt);
      const answer = await scorer.score();
      expect(answer.headers["azureml-model-deployment"]).toBe(toGreen ? "green" : "blue");
    }
    await load.stop();
    expect(load.problems()).toEqual([]);
    expect(load.answers.length).toBeGreaterThan(200);
    expect(slowest).toBeLessThan(3000);
  });

  it("are applied without a reload", async () => {
    await gateway.program(split(1, 100));
    const before = await gateway.proxy.workerPid();
    await gateway.program(split(2, 50));
    expect(await gateway.proxy.workerPid()).toBe(before);
  });
});

describe("revisions", () => {
  it("an acknowledgement carries a digest that depends on what is served and not on the way there", async () => {
    const first = await gateway.program(split(1, 70));
    const other = await gateway.program(split(2, 30));
    const again = await gateway.program(split(3, 70));
    expect(first.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(other.digest).not.toBe(first.digest);
    expect(again.digest).toBe(first.digest);
  });

  it("a refused one says why, keeps the old one in force, and the next good one is taken", async () => {
    await gateway.program(split(1, 100));
    const refused = await gateway.controlPlane.publish(split(2, 60, 60));
    expect(refused).toMatchObject({ outcome: "refused", reason: "endpoints.0.weights: weights sum to 120, not to 0 or 100" });
    expect((await gateway.controlPlane.publish({ revision: 3 })).outcome).toBe("refused");
    expect((await scorer.score()).headers["azureml-model-deployment"]).toBe("blue");
    expect(readFileSync(join(gateway.layout.current, "revision.json"), "utf8")).toContain('"revision":1');
    await gateway.program(split(4, 0));
    expect((await scorer.score()).headers["azureml-model-deployment"]).toBe("green");
  });

  it("one that needs what this release does not know is refused by its name, never run without it", async () => {
    await gateway.program(split(1, 100));
    const requiring = (revision: number, requires: readonly string[]) => gateway.controlPlane.publish(Object.assign(split(revision, 0), { requires }));
    const refused = await requiring(2, ["endpoint.limits", "endpoint.teleport"]);
    expect(refused).toMatchObject({ outcome: "refused", reason: expect.stringContaining("does not know endpoint.teleport. Bring the gateway to") as string });
    expect((await scorer.score()).headers["azureml-model-deployment"]).toBe("blue");
    expect((await requiring(3, ["endpoint.limits"])).outcome).toBe("applied");
    expect((await scorer.score()).headers["azureml-model-deployment"]).toBe("green");
  });

  it("one whose configuration the proxy's own check does not pass is refused before anything changes", async () => {
    await gateway.program(split(1, 100));
    const base = split(2, 50).endpoints[0];
    if (base === undefined) throw new Error("unreachable: the revision has an endpoint");
    await gateway.restartAgent({ checkBinary: "/nonexistent/haproxy" });
    const extra = { ...base, deployments: [...base.deployments, routingDeployment("extra", [9])] };
    const refused = await gateway.controlPlane.publish(routingRevision(2, [extra]));
    expect(refused.outcome).toBe("refused");
    expect(refused.reason).toContain("could not be run");
    expect((await scorer.score()).headers["azureml-model-deployment"]).toBe("blue");
    expect(existsSync(gateway.layout.revision("rev-2"))).toBe(false);
    // Weights alone do not change the configuration's text, so they need no check.
    await gateway.program(split(3, 0));
    expect((await scorer.score()).headers["azureml-model-deployment"]).toBe("green");
  });

  it("a proxy with another release's template keeps the entries that it reads, where this release's template is refused", async () => {
    await gateway.program(split(1, 100));
    for (const name of ["template.cfg", "haproxy.cfg"]) appendFileSync(join(gateway.directory, "current", name), "# of another release\n");
    const entries = async () => (await sendCommands(gateway.layout.adminSocket, ["show map tables/plan.map"]))[0] ?? "";
    const [, endpoint = ""] = (await entries()).split("\n")[0]?.split(" ") ?? [];
    await sendCommands(gateway.layout.adminSocket, [`set map tables/plan.map ${endpoint} foreign`]);
    await gateway.restartAgent({ checkBinary: "/nonexistent/haproxy" });
    // A refusal brings the proxy back to what is in force, as a start does.
    expect((await gateway.controlPlane.publish(split(2, 0))).outcome).toBe("refused");
    expect(await entries()).toContain(" foreign");
    expect(readdirSync(gateway.directory).filter((name) => name.startsWith("rev-"))).toEqual(["rev-0", "rev-1"]);
  });

  it("sixty splits in tenths come into force at once, whose entries are longer together than what the proxy reads in one piece", async () => {
    const one = split(1, 50).endpoints[0];
    if (one === undefined) throw new Error("unreachable: the revision has an endpoint");
    const many = Array.from({ length: 60 }, (_, index) => {
      const named = String(index);
      const deployments = one.deployments.map((deployment) => ({
        ...deployment,
        id: `${deployment.id}_${named}`,
        instances: deployment.instances.map((instance) => ({ ...instance, id: `${instance.id}_${named}`, address: `127.0.1.${named}` })),
      }));
      return { ...one, id: `ep_${named}`, name: `many-${named}`, deployments, weights: { blue: 33.3, green: 66.7 } };
    });
    await gateway.program(routingRevision(1, many));
    const [plan = ""] = await sendCommands(gateway.layout.adminSocket, ["show map tables/plan.map"]);
    expect(plan.split("\n").map((line) => line.split(" ")[2]?.length)).toEqual(Array.from({ length: 60 }, () => 1000));
  });

  it("only the last three folders are kept", async () => {
    for (let revision = 1; revision <= 6; revision += 1) await gateway.program(split(revision, 100 - revision));
    const folders = () => readdirSync(gateway.directory).filter((name) => name.startsWith("rev-"));
    await until("the older ones to go", () => folders().length === 3);
    expect(folders().sort()).toEqual(["rev-4", "rev-5", "rev-6"]);
  });

  it("files that did not change are those of the folder before, and the others are new ones", async () => {
    await gateway.program(split(1, 100));
    await gateway.program(split(2, 50));
    const file = (revision: number, path: string) => statSync(join(gateway.directory, `rev-${String(revision)}`, path)).ino;
    for (const path of ["haproxy.cfg", "tables/keys.map"]) expect(file(2, path)).toBe(file(1, path));
    for (const path of ["revision.json", "tables/plan.map"]) expect(file(2, path)).not.toBe(file(1, path));
  });

  it("a proxy that is not as it was seen last takes a change nevertheless, all of it", async () => {
    await gateway.program(split(1, 100));
    const [listing = ""] = await sendCommands(gateway.layout.adminSocket, ["show map tables/plan.map"]);
    const [, endpoint = ""] = listing.split("\n")[0]?.split(" ") ?? [];
    await sendCommands(gateway.layout.adminSocket, [`del map tables/plan.map ${endpoint}`]);
    await gateway.program(split(2, 0));
    expect((await scorer.score()).headers["azureml-model-deployment"]).toBe("green");
  });

  it("files of a gateway hold hashes of keys only", async () => {
    await gateway.program(split(1, 100));
    const folder = join(gateway.directory, "rev-1");
    const texts = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
    expect(texts.length).toBeGreaterThan(5);
    expect(texts.join("\n")).not.toContain("key-1");
  });
});

describe("keys", () => {
  it("one is regenerated while the other works without a failure", async () => {
    const withKeys = (revision: number, primary: string): RoutingRevision =>
      routingRevision(revision, [
        routingEndpoint([routingDeployment("blue", [blue.port])], { blue: 100 }, { keys: [routingKey(primary, "primary"), routingKey("second", "secondary")] }),
      ]);
    await gateway.program(withKeys(1, "old"));
    const load = new Load(scorer, 4, { key: "second" });
    expect((await scorer.score({ key: "old" })).status).toBe(200);
    await gateway.program(withKeys(2, "new"));
    expect((await scorer.score({ key: "old" })).code).toBe("Unauthorized");
    expect((await scorer.score({ key: "new" })).status).toBe(200);
    await load.stop();
    expect(load.problems()).toEqual([]);
  });
});

describe("deployments and endpoints", () => {
  it("come and go under load without a failed request, and nothing of them is left", async () => {
    await gateway.program(split(1, 100));
    const load = new Load(scorer, 4);
    const base = split(1, 100).endpoints[0];
    if (base === undefined) throw new Error("unreachable: the revision has an endpoint");
    const model = await new ModelServer("extra").start();
    for (let cycle = 0; cycle < 20; cycle += 1) {
      const extra = routingDeployment("extra", [model.port], { id: `dep_extra${String(cycle)}` });
      const endpoint = { ...base, deployments: [...base.deployments, extra], weights: { blue: 50, extra: 50 } };
      const other = routingEndpoint([], {}, { id: `ep_x${String(cycle)}`, name: `other${String(cycle)}` });
      await gateway.program(routingRevision(2 + 2 * cycle, [endpoint, other]));
      expect((await scorer.score({ headers: { "azureml-model-deployment": "extra" } })).status).toBe(200);
      await gateway.program(split(3 + 2 * cycle, 100));
    }
    await load.stop();
    expect(load.problems()).toEqual([]);
    await model.stop();
    await until("removed backends to be gone", async () => !(await sendCommand(gateway.layout.adminSocket, "show backend")).includes("extra"));
    const slots = await sendCommand(gateway.layout.adminSocket, "show map tables/slots.map");
    expect(slots.trim().split("\n")).toHaveLength(1);
  });

  it("concurrency and limits change at once", async () => {
    const limited = (revision: number, overrides: object): RoutingRevision =>
      routingRevision(revision, [routingEndpoint([routingDeployment("blue", [blue.port], overrides)], { blue: 100 })]);
    await gateway.program(limited(1, { maxConcurrentRequestsPerInstance: 2, queueTimeoutMs: 10_000 }));
    const burst = (size: number) => Promise.all(Array.from({ length: size }, () => scorer.score({ headers: { "x-do": "wait-100" } })));
    const first = await burst(4);
    expect(first.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(blue.mostRunning).toBe(2);
    await gateway.program(limited(2, { maxConcurrentRequestsPerInstance: 5, queueTimeoutMs: 10_000, maxBodyBytes: 10 }));
    expect((await scorer.score({ body: "12345678901" })).code).toBe("PayloadTooLarge");
    await Promise.all(Array.from({ length: 10 }, () => scorer.score({ headers: { "x-do": "wait-100" }, body: "1" })));
    expect(blue.mostRunning).toBe(5);
  });
});

describe("TLS certificate", () => {
  const serial = () =>
    new Promise<string>((resolve, reject) => {
      const socket = connectTls({ port: gateway.settings.bind.port, host: "127.0.0.1", rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.end();
      });
      socket.on("error", reject);
    });

  it("is replaced under load of new connections without a reload or a failure; a broken file changes nothing", async () => {
    await gateway.program(split(1, 100));
    const before = await serial();
    const pid = await gateway.proxy.workerPid();
    const callers = new TestScorer(gateway.url);
    const load = new Load(callers, 2, { headers: { connection: "close" } });
    const replace = (pem: string) => {
      writeFileSync(`${gateway.layout.certificate}.new`, pem);
      renameSync(`${gateway.layout.certificate}.new`, gateway.layout.certificate);
    };
    replace("-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n");
    await until("a second look at the file", async () => (await gateway.proxy.workerPid()) === pid);
    replace(await selfSignedPem());
    await until("the new certificate", async () => (await serial()) !== before);
    await load.stop();
    await callers.close();
    expect(load.problems()).toEqual([]);
    expect(await gateway.proxy.workerPid()).toBe(pid);
  });

  it("TLS 1.1 is refused", async () => {
    const attempt = new Promise<string>((resolve) => {
      const socket = connectTls(
        { port: gateway.settings.bind.port, host: "127.0.0.1", rejectUnauthorized: false, minVersion: "TLSv1.1", maxVersion: "TLSv1.1" },
        () => {
          resolve("connected");
        },
      );
      socket.on("error", (error: Error) => {
        resolve(error.message);
      });
    });
    expect(await attempt).not.toBe("connected");
  });
});
