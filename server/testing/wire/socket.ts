import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { connect as connectTls } from "node:tls";

export interface Heard {
  readonly text: string;
  readonly closed: boolean;
}

export interface SendOptions {
  /** Ends our side once everything is sent. */
  readonly end?: boolean;
  /** Told with what came so far; the exchange is over when it says so. */
  readonly enough: (text: string) => boolean;
  /** Silence after which the exchange is over, in milliseconds. */
  readonly silenceMs: number;
}

/** Sends bytes as they are, with pauses where numbers stand, and hears what comes until it is enough, the other side closes, or nothing more comes. */
export async function sendBytes(port: number, send: readonly (string | number)[], options: SendOptions): Promise<Heard> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  let [text, closed, heardAt] = ["", false, performance.now()];
  socket.on("data", (part: Buffer) => {
    heardAt = performance.now();
    text += part.toString("latin1");
  });
  for (const event of ["end", "close", "error"]) socket.on(event, () => (closed = true));
  for (const part of send) {
    if (typeof part === "number") await pause(part);
    else if (!closed) await new Promise<void>((resolve) => socket.write(part, "latin1", () => resolve()));
  }
  if (options.end === true && !closed) socket.end();
  heardAt = performance.now();
  while (!closed && !options.enough(text) && performance.now() - heardAt < options.silenceMs) await pause(5);
  // A close that follows the answer is part of what is heard.
  for (let round = 0; round < 20 && !closed; round += 1) await pause(5);
  socket.destroy();
  return { text, closed };
}

/** Statuses of the answers in a raw text, in order. */
export const statusesOf = (text: string): number[] => [...text.matchAll(/(?:^|\n|[}\]])HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status));

/** The version and protocol that a handshake agrees on, or null when it is refused. */
export async function shakeHands(port: number, version: string, offers: readonly string[]): Promise<string | null> {
  const socket = connectTls({
    port,
    host: "127.0.0.1",
    rejectUnauthorized: false,
    minVersion: version as "TLSv1.2",
    maxVersion: version as "TLSv1.2",
    // Old versions are left to the gateway to refuse, not to this side.
    ciphers: "DEFAULT:@SECLEVEL=0",
    ...(offers.length === 0 ? {} : { ALPNProtocols: [...offers] }),
  });
  try {
    await once(socket, "secureConnect");
    const agreed = socket.alpnProtocol;
    return [socket.getProtocol(), ...(typeof agreed === "string" ? [agreed] : [])].join(" ");
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
}
