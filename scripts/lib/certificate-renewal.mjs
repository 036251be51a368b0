import { ensureCertificate } from "./tls.mjs";

/**
 * Looks at the gateway's certificate again and again for as long as the product runs: own files that were renewed, or a local one that nears its end.
 * A pair that is refused is said once and leaves the one in force. Answers what ends it.
 * @param {{ home: string, names: { host: string, domain: string }, env: NodeJS.ProcessEnv, say: (line: string) => void, everyMs?: number }} options
 * @returns {() => void}
 */
export function renewCertificate({ home, names, env, say, everyMs = 30_000 }) {
  let said = "";
  const look = async () => {
    const refusal = await ensureCertificate(home, names, env).then(
      () => "",
      (error) => (error instanceof Error ? error.message : String(error)),
    );
    if (refusal !== "" && refusal !== said) say(`certificate: ${refusal} The one before stays in force.`);
    said = refusal;
  };
  let looking = Promise.resolve();
  const timer = setInterval(() => (looking = looking.then(look)), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
