// SSLyze, the TLS scanner that the gateway's tests are judged by; its own TLS library is old enough to speak what we refuse.
import { ensureWheels } from "./wheels.mjs";

const version = "6.3.1";
/** What it stands on, all of it, so that the same scan runs tomorrow. */
const packages = [
  "nassl==5.4.0", "cryptography==46.0.7", "cffi==2.1.1", "pycparser==3.12", "tls-parser==2.0.2",
  "pydantic==2.14.4", "pydantic-core==2.50.5", "annotated-types==0.8.0", "typing-extensions==4.16.0", "typing-inspection==0.4.5",
]; // prettier-ignore

/**
 * Installs the scanner with pip when it is not there. Idempotent; gives the folder for PYTHONPATH.
 * @param {{ home: string, logs: string, log?: (line: string) => void }} options
 * @returns {Promise<string>}
 */
export const ensureSslyze = (options) =>
  // Itself it is published as source alone, which is Python without anything to compile.
  ensureWheels({ ...options, name: `sslyze-${version}`, pip: ["--only-binary", ":all:", "--no-binary", "sslyze", `sslyze==${version}`, ...packages] });
