import { connect, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { judged, loadAt, measure, type Fault } from "../measure";

const [defaultIdle, fullIdle, halfOpen, dripping] = [500, 2000, 200, 50];
/** A core that is shared with the clients' own handshakes is never quieter than this. */
const noiseMs = 15;

export const slowClients: Fault = {
  id: "F25",
  title: "idle, half-open and dripping connections",
  allowed: "0 failed; the others' p99 ≤ 1.5 ×",
  async run(stage, span) {
    const { gatewayPort, caFile } = stage.world.product;
    const ca = readFileSync(caFile);
    const key = (await stage.world.api.keys(stage.quick)).primaryKey;
    const sockets: Socket[] = [];
    const keep = <T extends Socket>(socket: T): T => {
      // They end when the gateway has enough of them; that is what it is for.
      socket.on("error", () => undefined);
      sockets.push(socket);
      return socket;
    };
    const tls = (): TLSSocket => keep(connectTls({ host: "127.0.0.1", port: gatewayPort, servername: "localhost", ca }));
    const head = `POST /endpoints/${stage.quick}/score HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n`;
    const drip = async (): Promise<void> => {
      const socket = tls();
      for (const letter of `${head}content-length: 2\r\n\r\n{}`) {
        if (socket.destroyed) return;
        socket.write(letter);
        await delay(100);
      }
    };
    const idle = span.full ? fullIdle : defaultIdle;
    const measured = await measure(stage, stage.standing(), span, async (watch) => {
      for (let made = 0; made < halfOpen; made += 1) keep(connect(gatewayPort, "127.0.0.1"));
      const drips = Array.from({ length: dripping }, drip);
      // Handshakes cost the gateway's core; spread over half the span they are what a day's clients are, not a storm.
      for (let made = 0; made < idle; made += 1) {
        tls();
        await delay(Math.max(0, watch.injectedAt + ((made + 1) * span.ms) / 2 / idle - Date.now()));
      }
      const open = sockets.filter(({ destroyed }) => !destroyed).length;
      watch.note(`${String(open)} of ${String(sockets.length)} extra connections were open at once`);
      await watch.hold(span.ms);
      for (const socket of sockets) socket.destroy();
      await Promise.all(drips);
    });
    const [quick, slow] = [loadAt(measured, 0), loadAt(measured, 1)];
    return judged(measured, (judge) =>
      judge
        .noFailures(measured)
        .atMost("p99 of 5 ms", quick.during.p99Ms, Math.max(1.5 * quick.before.p99Ms, quick.before.p99Ms + noiseMs), " ms")
        .atMost("p99 of 200 ms", slow.during.p99Ms, Math.max(1.5 * slow.before.p99Ms, slow.before.p99Ms + noiseMs), " ms"),
    );
  },
};
