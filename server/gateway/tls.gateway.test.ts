import { once } from "node:events";
import { connect, type ConnectionOptions } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestGateway } from "#server/testing/haproxy";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(async () => {
  await gateway.stop();
});

/** What a caller that can only do so much agrees on with the gateway; null when there is nothing. */
async function agreed(options: ConnectionOptions): Promise<string | null> {
  const socket = connect({ host: "127.0.0.1", port: gateway.settings.bind.port, rejectUnauthorized: false, ...options });
  try {
    await once(socket, "secureConnect");
    return `${socket.getProtocol() ?? ""} ${socket.getCipher().name}`;
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
}
/** Level 0, so that it is not this program that refuses what is weak. */
const only = (ciphers: string): Promise<string | null> => agreed({ maxVersion: "TLSv1.2", ciphers: `${ciphers}:@SECLEVEL=0` });

describe("TLS at the gateway", () => {
  it("is 1.3 for those who can, else 1.2, and nothing older", async () => {
    expect(await agreed({})).toMatch(/^TLSv1\.3 /);
    expect(await agreed({ maxVersion: "TLSv1.2" })).toMatch(/^TLSv1\.2 /);
    for (const version of ["TLSv1", "TLSv1.1"] as const)
      expect(await agreed({ minVersion: version, maxVersion: version, ciphers: "DEFAULT:@SECLEVEL=0" })).toBeNull();
  });

  it.each(["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305", "DHE-RSA-AES128-GCM-SHA256"])(
    "takes %s",
    async (cipher) => {
      expect(await only(cipher)).toBe(`TLSv1.2 ${cipher}`);
    },
  );

  it.each(["AES128-GCM-SHA256", "AES256-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA384", "DHE-RSA-AES128-SHA256"])("refuses %s", async (cipher) => {
    expect(await only(cipher)).toBeNull();
  });
});
