import { sendCommand, sendCommands } from "./command-socket";

type Step = readonly [command: string, success: RegExp, payload?: string];

/** Runs steps until one is refused; resolves to null or to what was said. Each step that was done before counts as success, so that all can be repeated. */
async function run(socket: string, steps: readonly Step[]): Promise<string | null> {
  for (const [command, success, payload] of steps) {
    const answer = await sendAllowingSilence(socket, command, payload);
    if (!success.test(answer)) return `${command}: ${answer}`;
  }
  return null;
}

/** Some commands say nothing when they succeed, which a connection that ends with nothing cannot tell from a proxy that went away; the prompt can. */
async function sendAllowingSilence(socket: string, command: string, payload?: string): Promise<string> {
  if (payload !== undefined) return sendCommand(socket, command, payload);
  const [answer = ""] = await sendCommands(socket, [command]);
  return answer;
}

/** Has the proxy accept tokens signed with the certificate's key. Resolves to null or to why it was refused; throws `ProxyUnreachable`. */
export const addTokenCertificate = (socket: string, name: string, pem: string): Promise<string | null> =>
  run(socket, [
    [`new ssl cert ${name}`, /New empty certificate store|already exists/],
    [`set ssl cert ${name}`, /transaction (created|updated)/i, pem],
    [`commit ssl cert ${name}`, /Success!/],
    [`add ssl jwt ${name}`, /^$/],
  ]);

/** The opposite, once no entry of a table names it. */
export const deleteTokenCertificate = (socket: string, name: string): Promise<string | null> =>
  run(socket, [
    [`del ssl jwt ${name}`, /^$/],
    [`del ssl cert ${name}`, /deleted/],
  ]);

interface DomainCertificateFile {
  /** The list that the listener was started with. */
  readonly list: string;
  readonly path: string;
  /** The only host name that it is shown for, whatever others it carries. */
  readonly name: string;
  /** Chain, then key. */
  readonly pem: string;
  readonly isListed: boolean;
}

/**
 * Has the listener show a certificate for a host name, or another one than before; handshakes see the one or the other. Resolves to null or to why it
 * was refused; throws `ProxyUnreachable`.
 */
export async function putDomainCertificate(socket: string, { list, path, name, pem, isListed }: DomainCertificateFile): Promise<string | null> {
  const refusal = await run(socket, [
    ...(isListed ? [] : [[`new ssl cert ${path}`, /New empty certificate store|already exists/] as const]),
    [`set ssl cert ${path}`, /transaction (created|updated)/i, pem.trim()],
    [`commit ssl cert ${path}`, /Success!/],
    ...(isListed ? [] : [[`add ssl crt-list ${list}`, /Success!/, `${path} ${name}`] as const]),
  ]);
  // What is staged and left would keep every other certificate from being staged.
  if (refusal !== null) await sendAllowingSilence(socket, `abort ssl cert ${path}`);
  return refusal;
}

/** The opposite; new connections with the name get the gateway's own certificate. */
export const deleteDomainCertificate = (socket: string, list: string, path: string): Promise<string | null> =>
  run(socket, [
    [`del ssl crt-list ${list} ${path}`, /deleted/],
    [`del ssl cert ${path}`, /deleted/],
  ]);

/** Paths of the certificates that the listener shows by its list. */
export async function listDomainCertificates(socket: string, list: string): Promise<string[]> {
  const lines = (await sendAllowingSilence(socket, `show ssl crt-list ${list}`)).split("\n");
  return lines.filter((line) => line.startsWith("/")).map((line) => line.split(" ")[0] ?? "");
}
