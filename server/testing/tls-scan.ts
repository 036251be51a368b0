import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { loadTestEnvironment } from "#server/kernel/env";

/** A finding, which is there only if the scanner came to its end with it. */
const found = <T extends z.ZodRawShape>(result: T) =>
  z.object({ status: z.literal("COMPLETED"), result: z.object(result) }).transform((attempt) => attempt.result);

/** Names of the suites that are taken, or null where the whole version is refused. */
const suites = found({
  is_tls_version_supported: z.boolean(),
  accepted_cipher_suites: z.array(z.object({ cipher_suite: z.object({ name: z.string() }) })),
}).transform((result) => (result.is_tls_version_supported ? result.accepted_cipher_suites.map((accepted) => accepted.cipher_suite.name).sort() : null));
const certificate = z.object({ as_pem: z.string() });

const findingsSchema = z.object({
  ssl_2_0_cipher_suites: suites,
  ssl_3_0_cipher_suites: suites,
  tls_1_0_cipher_suites: suites,
  tls_1_1_cipher_suites: suites,
  tls_1_2_cipher_suites: suites,
  tls_1_3_cipher_suites: suites,
  elliptic_curves: found({ supported_curves: z.array(z.object({ name: z.string() })).nullable() }),
  tls_compression: found({ supports_compression: z.boolean() }),
  tls_1_3_early_data: found({ supports_early_data: z.boolean() }),
  tls_fallback_scsv: found({ supports_fallback_scsv: z.boolean() }),
  tls_extended_master_secret: found({ supports_ems_extension: z.boolean() }),
  heartbleed: found({ is_vulnerable_to_heartbleed: z.boolean() }),
  openssl_ccs_injection: found({ is_vulnerable_to_ccs_injection: z.boolean() }),
  robot: found({ robot_result: z.string() }),
  session_renegotiation: found({ supports_secure_renegotiation: z.boolean(), client_renegotiations_success_count: z.number() }),
  session_resumption: found({ session_id_resumption_result: z.string(), tls_ticket_resumption_result: z.string() }),
  certificate_info: found({
    certificate_deployments: z.array(
      z.object({ received_certificate_chain: z.array(certificate), verified_certificate_chain: z.array(certificate).nullable() }),
    ),
  }),
});
const reportSchema = z.object({ server_scan_results: z.tuple([z.object({ scan_result: findingsSchema })]) });

export interface TlsScan {
  /** Whether the scanner finds the server to be as Mozilla's profile "intermediate" asks, and what is not, in its own words. */
  readonly compliance: string;
  readonly findings: z.infer<typeof findingsSchema>;
}

/** Has SSLyze look at a server on loopback, asked for by a name; `root` is what a caller trusts, in PEM. Takes seconds; rejects when the scanner came to no end. */
export async function scanTls(port: number, servername: string, root: string): Promise<TlsScan> {
  const { sslyze } = loadTestEnvironment();
  if (sslyze === null) throw new Error("SLUICE_TEST_SSLYZE is not set: run the tests through `npm test`");
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-tls-scan-"));
  try {
    const report = path.join(folder, "report.json");
    const trusted = path.join(folder, "root.pem");
    await writeFile(trusted, root);
    // Few connections at once: what is scanned shares its cores with us.
    const args = ["--mozilla_config=intermediate", "--resum", "--early_data", `--certinfo_ca_file=${trusted}`, `--sni=${servername}`, "--slow_connection", `--json_out=${report}`, `127.0.0.1:${String(port)}`]; // prettier-ignore
    const run = promisify(execFile)("/usr/bin/env", [`PYTHONPATH=${sslyze}`, "python3", "-m", "sslyze", ...args]);
    // It ends with 1 when something is not as the profile asks.
    const output = await run.then(
      ({ stdout }) => stdout,
      (error: unknown) => z.object({ stdout: z.string().min(1) }).parse(error).stdout,
    );
    const [server] = reportSchema.parse(JSON.parse(await readFile(report, "utf8"))).server_scan_results;
    return { compliance: output.slice(output.lastIndexOf("Checking results against")).trim(), findings: server.scan_result };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
