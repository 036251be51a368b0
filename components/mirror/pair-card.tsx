import { Sparkline } from "#components/charts/sparkline";
import { deploymentColor } from "../charts/prepare/colors";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import type { MirrorPairDto } from "#server/contract/mirror";
import { formatCount, formatMs, formatRate } from "../ui/format";

interface PairCardProps {
  readonly pair: MirrorPairDto;
  readonly colors: Readonly<Record<string, number>>;
}

const percentiles = ["p50", "p95", "p99"] as const;

/** The shadow against the other: "12 ms slower". */
function slower(primary: number | null, shadow: number | null): string {
  if (primary === null || shadow === null) return "–";
  const difference = shadow - primary;
  // Closer than the histogram's own error is the same.
  if (Math.abs(difference) <= 0.13 * Math.max(primary, shadow)) return "alike";
  return `${formatMs(Math.abs(difference))} ${difference > 0 ? "slower" : "faster"}`;
}

/** Words for what did not end in a comparison, the usual case left out. */
function restOf({ failed, unpaired, skipped }: MirrorPairDto): string {
  const parts = [
    failed > 0 ? `${formatCount(failed)} got no answer from the shadow` : "",
    unpaired > 0 ? `${formatCount(unpaired)} could not be compared` : "",
    skipped > 0 ? `${formatCount(skipped)} were not copied (too large, or too many at once)` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "Every copy was compared." : `${parts.join("; ")}.`;
}

function Dot({ color }: { readonly color: number | undefined }) {
  return <span aria-hidden className="inline-block size-2.5 shrink-0 rounded-full" style={{ background: deploymentColor(color ?? 0) }} />;
}

/** One shadow beside the deployment whose answers the callers got. */
export function PairCard({ pair, colors }: PairCardProps) {
  const compared = pair.agreed + pair.disagreed;
  return (
    <article className="flex min-w-0 flex-col gap-3 rounded-lg border border-line bg-surface p-4" aria-label={`${pair.shadow} beside ${pair.primary}`}>
      <h3 className="flex flex-wrap items-center gap-x-2 font-medium">
        <Dot color={colors[pair.shadow]} /> {pair.shadow} <span className="font-normal text-muted">beside</span> <Dot color={colors[pair.primary]} />{" "}
        {pair.primary}
      </h3>
      <div className="flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
        <div>
          <p className="num text-2xl font-semibold tracking-tight">{formatRate(pair.agreement)}</p>
          <p className="text-sm text-muted">
            {compared === 0 ? "nothing was compared yet" : `agree: ${formatCount(pair.agreed)} of ${formatCount(compared)} compared answers`}
          </p>
        </div>
        {pair.agreementOverTime.filter((value) => value !== null).length < 2 ? null : (
          <Sparkline values={pair.agreementOverTime} label="Agreement over the chosen time" width={200} height={40} />
        )}
      </div>
      <Table label={`Latency of ${pair.shadow} and ${pair.primary}`}>
        <TableHead>
          <tr>
            <Th>Model time</Th>
            <Th numeric className="max-sm:px-1.5">
              {pair.primary}
            </Th>
            <Th numeric className="max-sm:px-1.5">
              {pair.shadow}
            </Th>
            <Th numeric className="max-sm:px-1.5">
              shadow is
            </Th>
          </tr>
        </TableHead>
        <TableBody>
          {percentiles.map((name) => (
            <Tr key={name}>
              <Td>{name}</Td>
              <Td numeric className="max-sm:px-1.5">
                {formatMs(pair.primaryMs[name])}
              </Td>
              <Td numeric className="max-sm:px-1.5">
                {formatMs(pair.shadowMs[name])}
              </Td>
              <Td numeric className="max-sm:px-1.5">
                {slower(pair.primaryMs[name], pair.shadowMs[name])}
              </Td>
            </Tr>
          ))}
        </TableBody>
      </Table>
      <p className="text-sm text-muted">{restOf(pair)}</p>
    </article>
  );
}
