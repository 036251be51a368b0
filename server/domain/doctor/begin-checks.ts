import type { ProbeSettings } from "../probe/types";
import type { DoctorCheck, DoctorFacts, DoctorFailure, DoctorLimits, Measurement } from "./types";
import { check, mib, seconds } from "./words";

/** Images above this make every new host and every cold start wait. */
const largeImageBytes = 4 * 1024 ** 3;
/** Of the time that a probe allows, a start that takes more than this share has little room left. */
const tightShare = 0.7;

const failed = (name: "image" | "storage" | "start", failure: DoctorFailure, measurements: readonly Measurement[] = []): DoctorCheck =>
  check(name, "failed", failure.message, { fix: failure.hint, lines: failure.lines, measurements });

export function imageCheck({ image, failure }: DoctorFacts): DoctorCheck | null {
  if (failure?.at === "image") return failed("image", failure);
  if (image === null) return null;
  const measurements: Measurement[] = [
    { name: "size", value: image.sizeBytes, unit: "bytes" },
    { name: "build", value: image.ms, unit: "ms" },
  ];
  const came = image.wasThere ? "was on the host already" : `was ready after ${seconds(image.ms)}`;
  if (image.sizeBytes > largeImageBytes)
    return check("image", "warning", `The image has ${mib(image.sizeBytes)}, which makes first starts on a host slow. It ${came}.`, {
      measurements,
      fix: "Leave out packages that scoring does not need, such as those for training.",
    });
  return check("image", "passed", `The image has ${mib(image.sizeBytes)} and ${came}.`, { measurements });
}

export function storageCheck({ storage, failure }: DoctorFacts): DoctorCheck | null {
  if (failure?.at === "storage") return failed("storage", failure);
  if (storage === null) return null;
  const measurements: Measurement[] = [
    { name: "size", value: storage.bytes, unit: "bytes" },
    { name: "time", value: storage.ms, unit: "ms" },
  ];
  if (storage.bytes === 0) return check("storage", "passed", "There is neither model nor code to copy.", { measurements });
  return check("storage", "passed", `Model and code (${mib(storage.bytes)}) were copied and verified in ${seconds(storage.ms)}.`, { measurements });
}

/** Milliseconds after the start at which a probe that never succeeded gives up. */
export const givesUpAfterMs = (probe: ProbeSettings): number => (probe.initialDelaySeconds + (probe.failureThreshold - 1) * probe.periodSeconds) * 1000;

/** A failure threshold that leaves half as much again as was needed. */
const betterThreshold = (neededMs: number, probe: ProbeSettings): number =>
  Math.max(1, Math.ceil(((neededMs * 1.5) / 1000 - probe.initialDelaySeconds) / probe.periodSeconds) + 1);

const fixFor = (name: string, neededMs: number, probe: ProbeSettings): string =>
  `Raise the ${name} probe's failure threshold from ${String(probe.failureThreshold)} to ${String(betterThreshold(neededMs, probe))}, or load less in init().`;

export function startCheck({ start, failure }: DoctorFacts, limits: DoctorLimits): DoctorCheck | null {
  const times: Measurement[] = [
    ...(start === null ? [] : [{ name: "start", value: start.ms, unit: "ms" as const }]),
    ...(start?.readyMs == null ? [] : [{ name: "ready", value: start.readyMs, unit: "ms" as const }]),
  ];
  if (failure?.at === "start") return failed("start", failure, times);
  if (start?.readyMs == null) return null;
  const liveMs = start.liveMs ?? start.readyMs;
  const [liveLimit, readyLimit] = [givesUpAfterMs(limits.liveness), givesUpAfterMs(limits.readiness)];
  const measurements: Measurement[] = [...times, { name: "limit", value: Math.min(liveLimit, readyLimit), unit: "ms" }];
  const took = `init() and the server's start took ${seconds(start.readyMs)}`;
  if (liveMs > liveLimit)
    return check("start", "failed", `${took}; the liveness probe gives up after ${seconds(liveLimit)} and would end the container before.`, {
      measurements,
      fix: fixFor("liveness", liveMs, limits.liveness),
    });
  if (start.readyMs > readyLimit)
    return check("start", "failed", `${took}; the readiness probe gives up after ${seconds(readyLimit)}.`, {
      measurements,
      fix: fixFor("readiness", start.readyMs, limits.readiness),
    });
  const tight = start.readyMs > readyLimit * tightShare ? "readiness" : liveMs > liveLimit * tightShare ? "liveness" : null;
  if (tight !== null)
    return check("start", "warning", `${took}, which is near to what the ${tight} probe allows (${seconds(Math.min(liveLimit, readyLimit))}).`, {
      measurements,
      fix: fixFor(tight, start.readyMs, limits[tight]),
    });
  return check("start", "passed", `${took}.`, { measurements });
}
