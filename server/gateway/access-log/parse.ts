import { z } from "zod";
import { scoringErrorCodes } from "#server/domain/routing/error-codes";
import type { RequestRow } from "#server/domain/request-row/types";
import { uuidV7 } from "#server/kernel/ids";

/** The proxy writes "" for whatever is missing, numbers included. */
const number = z.union([z.number(), z.literal("").transform(() => -1)]);

const lineSchema = z.object({
  id: z.string(),
  cid: z.string(),
  t: z.number(),
  ep: z.string(),
  dep: z.string(),
  inst: z.string(),
  m: z.string(),
  path: z.string(),
  st: number,
  mst: number,
  code: z.string(),
  tw: number,
  tc: number,
  tr: number,
  ta: number,
  rx: number,
  tx: number,
  key: z.string(),
  ua: z.string(),
  pin: z.string(),
  rc: z.string(),
  ts: z.string(),
});
type Line = z.infer<typeof lineSchema>;

/** The proxy logs odd statuses for callers that went away (400, -1) and for requests it could not read. */
function outcomeOf(line: Line): Pick<RequestRow, "status" | "errorCode"> {
  if (line.mst > 0) return { status: line.st, errorCode: "" };
  if (line.code !== "") return { status: line.st, errorCode: line.code };
  const { ClientClosed, BadRequest } = scoringErrorCodes;
  if (line.ts.startsWith("C")) return { status: ClientClosed.status, errorCode: ClientClosed.code };
  return { status: line.st, errorCode: line.st === BadRequest.status ? BadRequest.code : "" };
}

/** The row of one access log line; null for a line that is not one of ours (failed handshakes are plain text). */
export function parseLine(text: string, gatewayId: string): RequestRow | null {
  if (!text.startsWith("{")) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = lineSchema.safeParse(json);
  if (!parsed.success) return null;
  const line = parsed.data;
  return {
    requestId: line.id === "" ? uuidV7(line.t) : line.id,
    clientRequestId: line.cid.slice(0, 40),
    startedAt: line.t,
    gatewayId,
    endpoint: line.ep,
    deployment: line.dep,
    instanceId: line.inst === "<NOSRV>" ? "" : line.inst,
    method: line.m,
    path: line.path,
    ...outcomeOf(line),
    modelStatus: Math.max(0, line.mst),
    queueMs: line.tw,
    connectMs: line.tc,
    modelMs: line.tr,
    totalMs: line.ta,
    requestBytes: Math.max(0, line.rx),
    responseBytes: Math.max(0, line.tx),
    keyName: line.key,
    userAgent: line.ua,
    pinned: line.pin !== "" && line.dep !== "",
    mirrored: false,
    retries: Number.parseInt(line.rc.replace("+", ""), 10) || 0,
    termination: line.ts,
  };
}
