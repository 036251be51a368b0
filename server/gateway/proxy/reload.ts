import { sendCommand } from "./command-socket";

/** Has the master start a new worker from the files and hand over to it; resolves to whether the new one serves. Throws `ProxyUnreachable`. */
export async function reloadProxy(masterSocket: string): Promise<boolean> {
  return (await sendCommand(masterSocket, "reload", undefined, 60_000)).includes("Success=1");
}

/** Replaces a certificate that the configuration names by its path, at once for new connections. Resolves to null or to why it was refused. */
export async function replaceCertificate(adminSocket: string, path: string, pem: string): Promise<string | null> {
  const compact = pem
    .split("\n")
    .filter((line) => line.trim() !== "")
    .join("\n");
  const staged = await sendCommand(adminSocket, `set ssl cert ${path}`, compact);
  if (!/transaction (created|updated)/i.test(staged)) return staged;
  const committed = await sendCommand(adminSocket, `commit ssl cert ${path}`);
  return committed.includes("Success!") ? null : committed;
}
