import fc from "fast-check";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { loadTestEnvironment } from "#server/kernel/env";
import { revisionArbitrary } from "#server/testing/arbitrary-routing";
import { selfSignedPem } from "#server/testing/haproxy";
import { gatewayLayout } from "../layout";
import { checkConfiguration } from "../proxy/check";
import { gatewaySettingsSchema } from "../settings";
import { renderRevision } from "./render";

it("every rendered revision passes the proxy's own check", async () => {
  const { haproxy } = loadTestEnvironment();
  if (haproxy === null) throw new Error("SLUICE_TEST_HAPROXY is not set: the gateway tests need HAProxy 3.4");
  const directory = mkdtempSync(join(tmpdir(), "sluice-render-"));
  mkdirSync(join(directory, "tls"));
  writeFileSync(join(directory, "tls", "gateway.pem"), await selfSignedPem());
  writeFileSync(join(directory, "tls", "domains.list"), "");
  const base = { gatewayId: "gw", name: "g", bind: { address: "::1", port: 8443 }, paths: { apiSocket: "/a", token: "/t" } };
  await fc.assert(
    fc.asyncProperty(revisionArbitrary, fc.boolean(), async (revision, extras) => {
      const settings = gatewaySettingsSchema.parse(extras ? { ...base, plainHttp: { port: 8080 }, opsPort: 8404, threads: 2 } : base);
      const folder = join(directory, "rev");
      for (const [path, text] of renderRevision(revision, settings, gatewayLayout(directory), new Map()).files) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      expect(await checkConfiguration(haproxy, join(folder, "haproxy.cfg"))).toBeNull();
    }),
    { numRuns: 15 },
  );
  writeFileSync(join(directory, "rev", "haproxy.cfg"), "defaults base\n  nonsense\n");
  expect(await checkConfiguration(haproxy, join(directory, "rev", "haproxy.cfg"))).toContain("nonsense");
  rmSync(directory, { recursive: true });
});
