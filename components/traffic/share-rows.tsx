"use client";
import { Lock, LockOpen } from "lucide-react";
import { IconButton } from "#components/ui/button";
import { DeployDot } from "#components/ui/badge";
import { Input } from "#components/ui/input";
import type { DividedShare } from "#server/domain/traffic/divide";
import type { EndpointDto } from "#server/contract/endpoint";
import type { EndpointSummaryDto } from "#server/contract/monitoring";
import { deploymentColor } from "../charts/prepare/colors";
import { formatCount, formatMs, formatRate } from "../ui/format";

interface ShareRowsProps {
  readonly shares: readonly DividedShare[];
  readonly deployments: EndpointDto["deployments"];
  readonly summary: EndpointSummaryDto | undefined;
  readonly onShare: (index: number, percent: number) => void;
  readonly onLock: (index: number) => void;
}

/** One row per deployment: slider, number, lock, and what it does now. */
export function ShareRows({ shares, deployments, summary, onShare, onLock }: ShareRowsProps) {
  return (
    <ul className="flex flex-col divide-y divide-line">
      {shares.map((share, index) => {
        const deployment = deployments.find((item) => item.name === share.name);
        const seen = summary?.deployments.find((item) => item.name === share.name);
        return (
          <li
            key={share.name}
            className="grid grid-cols-[minmax(88px,1fr)_minmax(0,3fr)_auto] items-center gap-x-3 gap-y-1 py-2 md:grid-cols-[140px_minmax(0,1fr)_auto_minmax(220px,auto)]"
          >
            <span className="flex min-w-0 items-center gap-2 font-medium">
              <DeployDot color={deployment?.color ?? 0} />
              <span className="truncate">{share.name}</span>
            </span>
            <input
              type="range"
              min={0}
              max={100}
              value={share.percent}
              disabled={share.locked}
              aria-label={`Share of ${share.name}`}
              onChange={(event) => onShare(index, Number(event.target.value))}
              style={{ accentColor: deploymentColor(deployment?.color ?? 0) }}
              className="w-full min-w-0"
            />
            <span className="flex items-center gap-1">
              <Input
                type="number"
                min={0}
                max={100}
                value={share.percent}
                disabled={share.locked}
                aria-label={`Percent of ${share.name}`}
                onChange={(event) => onShare(index, Math.min(100, Math.max(0, Math.round(Number(event.target.value)))))}
                className="w-16 text-right tabular-nums"
              />
              <span className="text-muted">%</span>
              <IconButton label={share.locked ? `Unlock ${share.name}` : `Lock ${share.name}`} aria-pressed={share.locked} onClick={() => onLock(index)}>
                {share.locked ? <Lock aria-hidden /> : <LockOpen aria-hidden />}
              </IconButton>
            </span>
            <span className="col-span-3 text-sm text-muted tabular-nums md:col-span-1 md:text-right">
              {deployment?.instancesReady === 0 ? (
                <span className="text-bad">no ready instance</span>
              ) : (
                <>
                  {formatCount(seen?.requestsPerMinute)} req/min · p95 {formatMs(seen?.p95Ms)} · {formatRate(seen?.errorRate)} errors
                </>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
