"use client";
import { Lock, LockOpen } from "lucide-react";
import { useRef } from "react";
import { IconButton } from "#components/ui/button";
import { DeployDot } from "#components/ui/badge";
import { Input } from "#components/ui/input";
import type { DividedShare } from "#server/domain/traffic/divide";
import { finestStep, isOnStep, type TrafficStep } from "#server/domain/traffic/tenths";
import type { EndpointDto } from "#server/contract/endpoint";
import type { EndpointSummaryDto } from "#server/contract/monitoring";
import { deploymentColor } from "../charts/prepare/colors";
import { formatCount, formatMs, formatRate } from "../ui/format";

interface ShareRowsProps {
  readonly shares: readonly DividedShare[];
  readonly deployments: EndpointDto["deployments"];
  readonly summary: EndpointSummaryDto | undefined;
  readonly step: TrafficStep;
  readonly onShare: (index: number, percent: number, step: TrafficStep) => void;
  readonly onLock: (index: number) => void;
}

/** One row per deployment: slider (whole percents by pointer, steps by keyboard), number, lock, and what it does now. */
export function ShareRows({ shares, deployments, summary, step, onShare, onLock }: ShareRowsProps) {
  // A pointer cannot aim at a tenth, and would leave odd ones behind wherever it lets go.
  const held = useRef(false);
  const release = () => {
    held.current = false;
  };
  return (
    <ul className="flex flex-col divide-y divide-line">
      {shares.map((share, index) => {
        const deployment = deployments.find((item) => item.name === share.name);
        // A share of a finer step than is allowed now is shown as it is.
        const shownStep = isOnStep(share.percent, step) ? step : finestStep;
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
              step={shownStep}
              onPointerDown={() => {
                held.current = true;
              }}
              onPointerUp={release}
              onPointerCancel={release}
              onChange={(event) => onShare(index, Number(event.target.value), held.current ? 1 : step)}
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
                step={shownStep}
                onChange={(event) => onShare(index, Number(event.target.value), step)}
                className="w-18 text-right tabular-nums"
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
