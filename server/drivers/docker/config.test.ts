import { describe, expect, it } from "vitest";
import type { BuildSpec, InstanceRunSpec, StageSpec } from "../compute-driver";
import { buildNetworkBody, buildQuery, carrierBody, initializerBody, instanceBody, networkBody, stagePlan } from "./config";
import { Ownership, labelNames } from "./labels";

const own = new Ownership("abc123");
const run: InstanceRunSpec = {
  instanceId: "ins_1",
  deploymentId: "dep_1",
  endpointName: "diabetes",
  deploymentName: "blue",
  slot: 0,
  specHash: "h1",
  image: "sluice/env:1",
  command: null,
  user: null,
  sharedMemoryMib: null,
  environment: { WORKER_COUNT: "1", HOME: "/home/me" },
  mounts: [{ volume: "vol", subPath: "", target: "/var/azureml-app" }],
  address: "10.213.0.5",
  port: 5001,
  cpuCores: 0.25,
  memoryMib: 256,
  gpuCount: 0,
  pidsLimit: 256,
};
const stage: StageSpec = {
  deploymentId: "dep_1",
  contentHash: "c".repeat(64),
  initializerImage: "sluice/initializer:1",
  items: [{ kind: "model", target: "azureml-models/m/1/model", files: [{ path: "a/b.bin", sha256: "d".repeat(64), sizeBytes: 3 }] }],
};
const build: BuildSpec = {
  contentHash: "e".repeat(64),
  repository: "sluice-env",
  dockerfile: "FROM x",
  files: [],
  indexLogins: null,
  registryAuths: [],
  buildArgs: { A: "1" },
  cpuCores: 1.5,
  memoryMib: 2048,
  diskMib: 1024,
  freeDiskMib: 64,
  timeoutMs: 1,
};
const noLabels = {
  "io.sluice.instance": "",
  "io.sluice.deployment": "",
  "io.sluice.spec-hash": "",
  "io.sluice.content-hash": "",
  "io.sluice.subnet": "",
};

describe("bodies for the engine", () => {
  it("harden an instance in every way that the serving images bear", () => {
    expect(instanceBody(run, own)).toEqual({
      name: "sluice-abc123-ins_1",
      Image: "sluice/env:1",
      Env: ["HOME=/home/me", "WORKER_COUNT=1"],
      User: "1001:1001",
      Labels: {
        ...noLabels,
        "io.sluice.installation": "abc123",
        "io.sluice.kind": "instance",
        "io.sluice.instance": "ins_1",
        "io.sluice.deployment": "dep_1",
        "io.sluice.spec-hash": "h1",
      },
      Healthcheck: { Test: ["NONE"] },
      HostConfig: {
        Init: true,
        NanoCpus: 250_000_000,
        Memory: 268_435_456,
        MemorySwap: 268_435_456,
        PidsLimit: 256,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges:true"],
        ReadonlyRootfs: true,
        Tmpfs: { "/tmp": "rw,noexec,nosuid,nodev,size=64m,mode=1777" },
        RestartPolicy: { Name: "no" },
        LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
        NetworkMode: "sluice-abc123-dep_1",
        Mounts: [{ Type: "volume", Source: "vol", Target: "/var/azureml-app", ReadOnly: true }],
      },
      NetworkingConfig: { EndpointsConfig: { "sluice-abc123-dep_1": { IPAMConfig: { IPv4Address: "10.213.0.5" } } } },
    });
  });

  it("carry a command, a user, shared memory and GPUs only when asked", () => {
    const body = instanceBody({ ...run, command: ["python", "x.py"], user: { uid: 1500, gid: 0 }, sharedMemoryMib: 96, gpuCount: 2 }, own);
    expect([body.User, body.HostConfig?.ShmSize]).toEqual(["1500:0", 100_663_296]);
    expect(body.Cmd).toEqual(["python", "x.py"]);
    expect(body.HostConfig?.DeviceRequests).toEqual([{ Driver: "nvidia", Count: 2, Capabilities: [["gpu"]] }]);
  });

  it("give a deployment a bridge on which instances cannot reach each other", () => {
    expect(networkBody({ deploymentId: "dep_1", subnet: "10.213.0.0/26", gateway: "10.213.0.1" }, own)).toMatchObject({
      Name: "sluice-abc123-dep_1",
      Driver: "bridge",
      IPAM: { Driver: "default", Config: [{ Subnet: "10.213.0.0/26", Gateway: "10.213.0.1" }] },
      Options: { "com.docker.network.bridge.enable_icc": "false" },
    });
  });

  it("limit builds and put them on their own network", () => {
    expect(buildQuery(build, own)).toEqual({
      t: `sluice-env:${"e".repeat(32)}`,
      dockerfile: "Dockerfile",
      rm: true,
      forcerm: true,
      networkmode: "sluice-abc123-build",
      memory: 2_147_483_648,
      memswap: 2_147_483_648,
      cpuperiod: 100_000,
      cpuquota: 150_000,
      buildargs: { A: "1" },
      labels: { ...noLabels, "io.sluice.installation": "abc123", "io.sluice.kind": "image", "io.sluice.content-hash": "e".repeat(64) },
    });
    expect(buildNetworkBody({ subnet: "10.213.255.0/26", gateway: "10.213.255.1" }, own)).toMatchObject({
      Name: "sluice-abc123-build",
      IPAM: { Config: [{ Subnet: "10.213.255.0/26", Gateway: "10.213.255.1" }] },
    });
    expect(buildNetworkBody(null, own).IPAM).toBeUndefined();
  });

  it("let the initializer own files and nothing else, without a network", () => {
    const body = initializerBody(stage, "vol", own);
    expect(body).toMatchObject({ Cmd: ["/stage/.incoming/plan.json"], User: "0:0" });
    expect(body.HostConfig).toMatchObject({
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      CapAdd: ["CHOWN", "DAC_OVERRIDE", "FOWNER"],
      SecurityOpt: ["no-new-privileges:true"],
    });
    expect(carrierBody(stage, "vol", own).HostConfig).toMatchObject({ NetworkMode: "none", Mounts: [{ Source: "vol", Target: "/stage" }] });
  });

  it("plan each file from its digest to its place", () => {
    expect(JSON.parse(stagePlan(stage))).toEqual({
      source: "/stage/.incoming",
      target: "/stage",
      uid: 1001,
      gid: 1001,
      marker: ".ready",
      files: [{ path: "d".repeat(64), sha256: "d".repeat(64), size: 3, target: "azureml-models/m/1/model/a/b.bin", mode: "0444" }],
    });
  });
});

describe("ownership", () => {
  it("sets every label on every container, so that none comes from an image", () => {
    for (const labels of [own.instanceLabels(run), own.stagerLabels("carrier", stage), own.stagerLabels("initializer", stage)]) {
      expect(Object.keys(labels).sort()).toEqual(Object.values(labelNames).sort());
    }
  });
  it("believes a container's labels only under the name that they imply", () => {
    const labels = own.instanceLabels(run);
    expect(own.ownsInstance(labels, "/sluice-abc123-ins_1")).toBe(true);
    expect(own.ownsInstance(labels, "/something-else")).toBe(false);
    expect(new Ownership("other").ownsInstance(labels, "/sluice-abc123-ins_1")).toBe(false);
    expect(own.ownsInstance({ ...labels, [labelNames.kind]: "image" }, "/sluice-abc123-ins_1")).toBe(false);
    expect(own.ownsInstance(null, "")).toBe(false);
  });
});
