import type { DoctorCheck, DoctorFacts, Measurement } from "./types";
import { check, seconds } from "./words";

/** Ended by itself on the signal, or by the signal because nobody in the container handles it. */
const cleanExits = [0, 143];

export function swaggerCheck({ swagger }: DoctorFacts): DoctorCheck | null {
  if (swagger === null) return null;
  if (swagger.status !== 200) return check("swagger", "skipped", "The container has no /swagger.json. Callers then have no description of the payload.");
  if (swagger.problem !== null)
    return check("swagger", "warning", `/swagger.json is no valid description: ${swagger.problem}`, {
      fix: "Correct swagger2.json or swagger3.json in the code folder, or remove it so that the server makes its own.",
    });
  return check("swagger", "passed", `/swagger.json describes the payload (${swagger.version ?? ""}).`);
}

export function stopCheck({ stop }: DoctorFacts): DoctorCheck | null {
  if (stop === null) return null;
  const measurements: Measurement[] = [
    { name: "time", value: stop.ms, unit: "ms" },
    { name: "limit", value: stop.graceMs, unit: "ms" },
  ];
  if (stop.exitCode !== null && cleanExits.includes(stop.exitCode))
    return check("stop", "passed", `It ended ${seconds(stop.ms)} after it was asked to, with exit code ${String(stop.exitCode)}.`, { measurements });
  if (stop.exitCode === 137)
    return check("stop", "warning", `It did not end within ${seconds(stop.graceMs)} of being asked to (SIGTERM) and was killed.`, {
      measurements,
      fix: "Let the server's process be the container's first one (use exec in start scripts) and handle SIGTERM; else every update waits that long.",
    });
  return check("stop", "warning", `It ended with exit code ${stop.exitCode === null ? "unknown" : String(stop.exitCode)} when it was asked to end.`, {
    measurements,
    fix: "End with exit code 0 on SIGTERM; the log's last lines say what happened instead.",
  });
}
