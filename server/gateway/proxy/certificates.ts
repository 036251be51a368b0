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
