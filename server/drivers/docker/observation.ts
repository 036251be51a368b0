import type { ContainerInspectInfo } from "dockerode";
import type { ContainerPhase, InstanceObservation } from "../compute-driver";
import { labelValue } from "./labels";

function phaseOf(status: string): ContainerPhase {
  if (status === "running" || status === "restarting") return "running";
  if (status === "paused" || status === "created") return status;
  return "exited";
}

/** The engine writes the year 1 for "never". */
function timeOf(text: string): number | null {
  const at = Date.parse(text);
  return Number.isNaN(at) || at <= 0 ? null : at;
}

/** An inspected container in our words. */
export function observationOf(info: ContainerInspectInfo): InstanceObservation {
  const labels = info.Config.Labels;
  const network = Object.values(info.NetworkSettings.Networks)[0];
  const phase = phaseOf(info.State.Status);
  const planned = (network as { IPAMConfig?: { IPv4Address?: string } | null } | undefined)?.IPAMConfig?.IPv4Address;
  const address = planned ?? network?.IPAddress;
  // A start that fails leaves the container "created" with an exit code and the engine's reason.
  const ended = phase === "exited" || (phase === "created" && info.State.Error !== "");
  return {
    instanceId: labelValue(labels, "instance"),
    deploymentId: labelValue(labels, "deployment"),
    specHash: labelValue(labels, "specHash"),
    containerId: info.Id,
    phase,
    address: address === undefined || address === "" ? null : address,
    exitCode: ended ? info.State.ExitCode : null,
    outOfMemory: info.State.OOMKilled,
    error: info.State.Error,
    startedAt: timeOf(info.State.StartedAt),
    finishedAt: phase === "running" || phase === "paused" ? null : timeOf(info.State.FinishedAt),
  };
}
