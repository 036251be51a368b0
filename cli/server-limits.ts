import { stringify } from "yaml";
import { limitsReportSchema, type LimitsReport } from "#server/contract/limits";
import { endpointSchema } from "#server/contract/endpoint";
import type { LimitPreset } from "#server/domain/endpoint/limits";
import { limitsFile, readLimitsFile } from "#server/domain/endpoint/limits-file";
import { getJson, putJson, type ServerAddress } from "./server";
import { readWishFile } from "./server-wish";

const writtenSchema = endpointSchema.pick({ limits: true });

interface LimitsWish {
  readonly preset?: LimitPreset;
  /** YAML with the limits that are to differ. */
  readonly file?: string;
}

const shown = ({ limits, use, refusals }: Pick<LimitsReport, "limits"> & Partial<LimitsReport>): string => {
  const refused = Object.entries(refusals ?? {}).filter(([, count]) => count > 0);
  const now =
    use === undefined || use === null
      ? []
      : [
          `# now: ${String(use.requestsPerSecond)} requests/s, ${String(use.connections)} connections, ${String(use.newConnectionsPerSecond)} new connections/s`,
        ];
  return [...now, ...refused.map(([name, count]) => `# refused in the last hour by ${name}: ${String(count)}`), stringify(limitsFile(limits)).trimEnd()].join(
    "\n",
  );
};

/** An endpoint's limits as YAML, after what was wished of them; without a wish with their present use, as comments. Rejects with the server's sentence. */
export async function serverLimits(address: ServerAddress, endpoint: string, wish: LimitsWish, signal: AbortSignal): Promise<string> {
  const place = `/endpoints/${encodeURIComponent(endpoint)}/limits`;
  const limits = wish.file === undefined ? {} : await readWishFile(wish.file, "limits", readLimitsFile);
  const report = limitsReportSchema.parse(await getJson(address, place, signal));
  if (wish.preset === undefined && wish.file === undefined) return shown(report);
  const body = { generation: report.generation, limits, ...(wish.preset === undefined ? {} : { preset: wish.preset }) };
  return shown(writtenSchema.parse(await putJson(address, place, body)));
}
