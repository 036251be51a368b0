import { expect, it } from "vitest";
import { clientRoutingKey, routingDeployment, routingEndpoint, routingInstance, routingKey, routingLimits, routingRevision } from "#server/testing/routing";
import { emptyProxyState } from "../ir/proxy-state";
import { gatewayLayout } from "../layout";
import { gatewaySettingsSchema } from "../settings";
import { renderBackends } from "./backends";
import { renderDefaults, renderStaticAnswers } from "./defaults";
import { renderDeploymentDefaults } from "./deployment-defaults";
import { renderFrontend, renderKeyRates, renderOps } from "./frontend";
import { renderGlobal } from "./global";
import { renderLimitTable } from "./limits";
import { renderDetours } from "./mirror";
import { renderRevision, renderTable } from "./render";
import { renderState } from "./state";

const layout = gatewayLayout("/gateway");
const settings = gatewaySettingsSchema.parse({
  gatewayId: "gw_1",
  name: "local",
  bind: { address: "0.0.0.0", port: 8443 },
  domain: "endpoints.example.com",
  plainHttp: { port: 8080 },
  opsPort: 8404,
  paths: { apiSocket: "/gateway/api.sock", token: "/gateway/token" },
});
const revision = routingRevision(7, [
  routingEndpoint(
    [
      routingDeployment("blue", [5001], { keepAlive: true, slowStartSeconds: 30 }),
      routingDeployment("green", [], { instances: [routingInstance(5002, { mode: "drain", address: "fd00::2", http2: true })] }),
    ],
    { blue: 90, green: 10 },
    {
      keys: [
        routingKey("key-1"),
        clientRoutingKey("slk_a", "batch"),
        clientRoutingKey("slk_b", "app", {
          notAfter: 1_790_000_000_000,
          blockedUntil: 1_780_012_800_000,
          rate: { perSecond: 5, here: 2 },
          dailyQuota: 9,
          mayPin: true,
        }),
      ],
      mirror: { shares: { green: 12.5, blue: 0.0001 }, tolerance: 1e-6 },
    },
  ),
  routingEndpoint(
    [],
    {},
    {
      id: "ep_t",
      name: "tokens",
      authMode: "aad_token",
      keys: [routingKey("k", "extra")],
      limits: routingLimits({ requestsPerSecond: 500, bodyBytes: 9, slowCallerMs: 1000 }, { requestsPerSecond: 250 }),
    },
  ),
]);
const state = renderState(revision, settings.maxBodyBytes, emptyProxyState.tables.slots);
const golden = (name: string): string => `./golden/${name}`;

it.each([
  ["global.cfg", renderGlobal(settings, layout)],
  ["defaults.cfg", renderDefaults()],
  ["deployment-defaults.cfg", renderDeploymentDefaults()],
  ["frontend.cfg", renderFrontend(settings, layout)],
  ["key-rates.cfg", renderKeyRates()],
  ["limits.cfg", renderLimitTable()],
  ["mirror.cfg", renderDetours(layout)],
  ["ops.cfg", renderOps(settings)],
  ["backends.cfg", renderBackends(state)],
  ...renderStaticAnswers().map(([file, text]): [string, string] => [file.replace("static/", ""), text]),
  ["endpoints.map", renderTable(state.tables.endpoints)],
  ["keys.map", renderTable(state.tables.keys)],
  ["deployments.map", renderTable(state.tables.deployments)],
  ["slots.map", renderTable(state.tables.slots)],
  ["plan.map", renderTable(state.tables.plan)],
  ["mirrors.map", renderTable(state.tables.mirrors)],
])("%s is what was reviewed", async (name, text) => {
  await expect(text).toMatchFileSnapshot(golden(name));
});

it("the ways behind the mirror are sockets of the gateway's own folder that nobody else may open", () => {
  expect(renderDetours(layout).match(/^ {2}bind .*$/gm)).toEqual(["  bind unix@/gateway/primary.sock mode 600", "  bind unix@/gateway/shadow.sock mode 600"]);
});

it("plain HTTP and the operations listener are loopback only, and absent when not asked for", () => {
  const bare = { ...settings, plainHttp: null, opsPort: null };
  const text = renderRevision(revision, bare, layout, new Map()).configuration;
  expect(text.match(/^ {2}bind (?!unix@).*$/gm)).toEqual([
    "  bind 0.0.0.0:8443 ssl crt /gateway/tls/gateway.pem crt-list /gateway/tls/domains.list alpn h2,http/1.1",
  ]);
  const both = renderRevision(revision, settings, layout, new Map()).configuration;
  for (const bind of both.match(/^ {2}bind (?!unix@).*$/gm) ?? []) expect(bind).toMatch(/ ssl | 127\.0\.0\.1:/);
});

it("a deployment's body limit never exceeds the gateway's", () => {
  const { state: small } = renderRevision(revision, { ...settings, maxBodyBytes: 5 }, layout, new Map());
  expect(small.tables.deployments.get("demo|blue")).toBe("blue:dep_blue:5000:5000:16:5:keep:/score");
});
