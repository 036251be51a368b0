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
  // A line that the ring kept from before this field lacks it.
  gs: z.string().default(""),
  tw: number,
  tc: number,
  tr: number,
  ta: number,
  rx: number,
  tx: number,
  key: z.string(),
  sub: z.string().default(""),
  ua: z.string(),
  pin: z.string(),
  rc: z.string(),
  ts: z.string(),
  // A proxy that still runs the template of an older release writes neither.
  prim: z.string().default(""),
  copy: z.string().default(""),
});
type Line = z.infer<typeof lineSchema>;

const statusOfCode = (code: string): number | undefined => Object.values(scoringErrorCodes).find((entry) => entry.code === code)?.status;

/**
 * A call of gRPC has a status of HTTP that says nothing. Its row has the one that any other caller would have got, so that figures count both alike.
 * Whom the proxy answers after he left is told as one who left.
 */
function grpcOutcomeOf(line: Line): Pick<RequestRow, "status" | "errorCode"> {
  if (line.mst > 0) return { status: line.gs === "0" ? line.st : scoringErrorCodes.ModelConnectionBroken.status, errorCode: "" };
  if (line.ts.startsWith("C")) return clientClosed;
  return { status: statusOfCode(line.code) ?? line.st, errorCode: line.code };
}

const clientClosed = { status: scoringErrorCodes.ClientClosed.status, errorCode: scoringErrorCodes.ClientClosed.code };

/** The proxy logs odd statuses for callers that went away (400, -1) and for requests it could not read. */
function outcomeOf(line: Line): Pick<RequestRow, "status" | "errorCode"> {
  if (line.gs !== "") return grpcOutcomeOf(line);
  if (line.mst > 0) return { status: line.st, errorCode: "" };
  if (line.code !== "") return { status: line.st, errorCode: line.code };
  if (line.ts.startsWith("C")) return clientClosed;
  const { BadRequest } = scoringErrorCodes;
  return { status: line.st, errorCode: line.st === BadRequest.status ? BadRequest.code : "" };
}

type Work = Pick<RequestRow, "instanceId" | "queueMs" | "connectMs" | "modelMs">;

/** What the proxy calls it when there was no server, and the servers of the mirror's own backend. */
const noInstance = new Set(["<NOSRV>", "mirror", "straight"]);

/** Who worked on it for how long. Of a mirrored call the front door knows only that it went to the mirror; the way behind it says the rest. */
function workOf({ prim, inst, tw, tc, tr }: Line): Work {
  if (prim === "") return { instanceId: noInstance.has(inst) ? "" : inst, queueMs: tw, connectMs: tc, modelMs: tr };
  const [instanceId = "", ...times] = prim.split("|");
  const [queueMs = -1, connectMs = -1, modelMs = -1] = times.map((text) => (text === "" ? -1 : Number(text)));
  return { instanceId, queueMs, connectMs, modelMs };
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
    method: line.m,
    path: line.path,
    ...outcomeOf(line),
    modelStatus: Math.max(0, line.mst),
    grpcStatus: line.gs === "" ? -1 : Number(line.gs),
    ...workOf(line),
    totalMs: line.ta,
    requestBytes: Math.max(0, line.rx),
    responseBytes: Math.max(0, line.tx),
    keyName: line.key,
    subject: line.sub,
    userAgent: line.ua,
    pinned: line.pin !== "" && line.dep !== "",
    mirrored: line.copy !== "",
    retries: Number.parseInt(line.rc.replace("+", ""), 10) || 0,
    termination: line.ts,
  };
}
