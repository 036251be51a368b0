import { deploymentColor } from "../charts/prepare/colors";
import { describeShares, observedSegments } from "./prepare/shares";

export interface WishedShare {
  readonly name: string;
  readonly color: number;
  readonly percent: number;
}

interface TrafficBarProps {
  readonly wished: readonly WishedShare[];
  /** Real share by deployment in percent; drawn as a thin second bar. Absent or empty when nothing was measured. */
  readonly observed?: Readonly<Record<string, number>>;
  /** sm: a table cell; md: an overview; lg: with names on the segments. */
  readonly size?: "sm" | "md" | "lg";
}

const heights = { sm: "h-1.5", md: "h-3", lg: "h-7" } as const;

/** Who gets how much: the wish as a bar in the deployments' colours, and what really happened as a thin bar below it. */
export function TrafficBar({ wished, observed, size = "md" }: TrafficBarProps) {
  const shown = wished.filter((share) => share.percent > 0);
  const real = observedSegments(wished, observed);
  return (
    <div role="img" aria-label={describeShares(wished, observed)} className="w-full min-w-16">
      <div className={`flex w-full gap-px overflow-hidden rounded-sm bg-active ${heights[size]}`}>
        {shown.map((share) => (
          <span
            key={share.name}
            title={`${share.name} ${share.percent} %`}
            style={{ flexGrow: share.percent, flexBasis: 0, background: deploymentColor(share.color) }}
            className="relative min-w-px transition-[flex-grow] duration-200 motion-reduce:transition-none"
          >
            {size === "lg" && share.percent >= 8 ? (
              <span className="absolute inset-y-0 left-1 my-auto flex h-fit items-center truncate rounded-sm bg-surface px-1.5 text-xs font-medium text-text">
                {share.name} {share.percent}
              </span>
            ) : null}
          </span>
        ))}
      </div>
      {real.length > 0 ? (
        <div className={`mt-0.5 flex w-full gap-px overflow-hidden rounded-sm ${size === "sm" ? "h-0.5" : "h-1"}`}>
          {real.map((share) => (
            <span
              key={share.name}
              title={`${share.name} really ${share.percent.toFixed(1)} %`}
              style={{ flexGrow: share.percent, flexBasis: 0, background: deploymentColor(share.color) }}
            />
          ))}
        </div>
      ) : null}
    </div>
  );
}
