import type { LimitUse } from "#server/domain/routing/types";
import { limitTable } from "../render/limits";
import { sendCommand } from "./command-socket";

/** Endpoints in one report; the busiest are told. */
const mostReported = 1000;
/** What the table's byte rates span, in seconds. */
const byteWindow = 10;

/** Lines are `0x…: key=<endpoint> use=<n> … gpc0_rate(1000)=<n> …`. */
export function parseLimitUse(answer: string): readonly (readonly [string, LimitUse])[] {
  return answer.split("\n").flatMap((line): [string, LimitUse][] => {
    const fields = new Map(line.split(" ").map((part): [string, string] => [part.replace(/[(=].*$/, ""), part.slice(part.lastIndexOf("=") + 1)]));
    const endpoint = fields.get("key");
    if (endpoint === undefined) return [];
    const count = (name: string): number => Number(fields.get(name) ?? 0);
    const use = {
      requests: count("gpc0_rate"),
      connections: count("conn_cur"),
      newConnections: count("gpc1_rate"),
      bytesIn: Math.round(count("bytes_in_rate") / byteWindow),
      bytesOut: Math.round(count("bytes_out_rate") / byteWindow),
    };
    return [[endpoint, use]];
  });
}

const isUsed = (use: LimitUse): boolean => Object.values(use).some((count: number) => count > 0);

/** What endpoints with limits take of them now, by name; those that take nothing are left out. Throws `ProxyUnreachable`. */
export async function readLimitUse(socket: string): Promise<Readonly<Record<string, LimitUse>>> {
  const entries = parseLimitUse(await sendCommand(socket, `show table ${limitTable}`)).filter(([, use]) => isUsed(use));
  return Object.fromEntries([...entries].sort(([, a], [, b]) => b.requests - a.requests).slice(0, mostReported));
}
