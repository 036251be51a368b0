import { z } from "zod";
import { storableText } from "../storable";
import { keptBodyBytes, mirrorOutcomes, mirrorReasons, type MirrorRecord } from "./types";

const name = z
  .string()
  .max(64)
  .transform((text) => storableText(text.toLowerCase()));
const text = (most: number) => z.string().transform((value) => storableText(value.slice(0, most)));
const milliseconds = z.number().min(-1).max(86_400_000);
const status = z.int().min(0).max(999);

const mirrorRecordSchema = z.object({
  requestId: z.string().min(1).max(64).transform(storableText),
  startedAt: z.int().min(0).max(8_640_000_000_000),
  gatewayId: z.string().max(64),
  endpoint: name,
  primary: name,
  shadow: name,
  outcome: z.enum(mirrorOutcomes),
  reason: z.enum(mirrorReasons),
  primaryStatus: status,
  shadowStatus: status,
  primaryMs: milliseconds,
  shadowMs: milliseconds,
  difference: text(500),
  primaryBody: text(keptBodyBytes),
  shadowBody: text(keptBodyBytes),
});

/** One line of a mirror's spool, names in lower case and texts as a column takes them; null for what is no record. */
export function parseMirrorLine(line: string): MirrorRecord | null {
  try {
    const parsed = mirrorRecordSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
