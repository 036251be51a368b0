import { afterAll, beforeAll, expect, it } from "vitest";
import { issuedChain } from "#server/testing/certificates";
import { TestGateway } from "#server/testing/haproxy";
import { scanTls, type TlsScan } from "#server/testing/tls-scan";

// What a scanner finds that knows nothing of us; `docs/tls.md` tells it to users.

const name = "inference.example.com";

let issued: Awaited<ReturnType<typeof issuedChain>>;
let gateway: TestGateway;
let scan: TlsScan;
beforeAll(async () => {
  issued = await issuedChain([name]);
  gateway = await TestGateway.start({ certificate: `${issued.chain}${issued.privateKey}` });
  scan = await scanTls(gateway.settings.bind.port, name, issued.root);
}, 180_000);
afterAll(async () => {
  await gateway.stop();
});

it("is as Mozilla's profile intermediate asks", () => {
  expect(scan.compliance).toMatch(/: OK - Compliant\.$/);
});

it("speaks TLS 1.2 and 1.3 alone, with fresh keys and authenticated ciphers", () => {
  const { findings } = scan;
  for (const older of [findings.ssl_2_0_cipher_suites, findings.ssl_3_0_cipher_suites, findings.tls_1_0_cipher_suites, findings.tls_1_1_cipher_suites])
    expect(older).toBeNull();
  // With the key that this certificate has; suites of RSA keys are in `tls.gateway.test.ts`.
  expect(findings.tls_1_2_cipher_suites).toEqual(
    ["AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "CHACHA20_POLY1305_SHA256"].map((cipher) => `TLS_ECDHE_ECDSA_WITH_${cipher}`),
  );
  expect(findings.tls_1_3_cipher_suites).toEqual(["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]);
  expect(findings.elliptic_curves.supported_curves?.map((curve) => curve.name).sort()).toEqual(["X25519", "secp256r1", "secp384r1"]);
});

it("has none of the known weaknesses", () => {
  const { findings } = scan;
  expect({
    ...findings.tls_compression,
    ...findings.tls_1_3_early_data,
    ...findings.tls_fallback_scsv,
    ...findings.tls_extended_master_secret,
    ...findings.heartbleed,
    ...findings.openssl_ccs_injection,
    ...findings.robot,
    ...findings.session_renegotiation,
  }).toEqual({
    supports_compression: false,
    supports_early_data: false,
    supports_fallback_scsv: true,
    supports_ems_extension: true,
    is_vulnerable_to_heartbleed: false,
    is_vulnerable_to_ccs_injection: false,
    robot_result: "NOT_VULNERABLE_RSA_NOT_SUPPORTED",
    supports_secure_renegotiation: true,
    client_renegotiations_success_count: 0,
  });
});

it("takes sessions up again, by id and by ticket", () => {
  expect(scan.findings.session_resumption).toEqual({ session_id_resumption_result: "FULLY_SUPPORTED", tls_ticket_resumption_result: "FULLY_SUPPORTED" });
});

it("shows the chain as it was installed, which callers can follow to the authority that they trust", () => {
  const [deployment, ...others] = scan.findings.certificate_info.certificate_deployments;
  const pems = (chain: readonly { readonly as_pem: string }[] | null | undefined) => (chain ?? []).map(({ as_pem: pem }) => pem.trim());
  expect(others).toEqual([]);
  expect(pems(deployment?.received_certificate_chain).join("\n")).toBe(issued.chain.trim());
  expect(pems(deployment?.verified_certificate_chain).at(-1)).toBe(issued.root.trim());
});
