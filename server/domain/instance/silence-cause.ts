import { tail, type EndCause, type InstanceEnd } from "./end";

const listening = /(?:listening (?:at|on)|running on|serving (?:at|on)|started (?:server )?(?:at|on))\D*?((?:\d+\.){3}\d+|\[?::\]?|localhost|\*)?:(\d{2,5})\b/i;

/** Where the server says that it listens; null when its log does not tell. */
function placeOf(lines: readonly string[]): { readonly host: string; readonly port: number } | null {
  for (const line of lines) {
    const match = listening.exec(line);
    if (match !== null) return { host: match[1] ?? "", port: Number(match[2]) };
  }
  return null;
}

function refusedCause({ port }: { readonly port: number }, lines: readonly string[]): EndCause {
  const place = placeOf(lines);
  const loopback = place !== null && place.port === port && /^(127\.|localhost)/.test(place.host);
  const elsewhere = place !== null && place.port !== port ? ` The server's log says port ${String(place.port)}.` : "";
  return {
    reason: "ProbePortWrong",
    message: loopback
      ? `The server listens on ${place.host}, where only the container itself reaches it.`
      : `Nothing listens on port ${String(port)}, which the readiness probe asks.${elsewhere}`,
    hint: loopback
      ? "Let the server listen on 0.0.0.0."
      : "Set the port of the environment's liveness, readiness and scoring routes to the one that the server listens on, on 0.0.0.0.",
    lines: tail(lines),
  };
}

/** Why an instance that runs never became ready: what its log tells of init(), and what the probe was told last. One that was ready once is not told apart. */
export function silenceCause({ probe, wasReady }: InstanceEnd, lines: readonly string[]): EndCause {
  const inInit =
    wasReady !== true &&
    lines.some((line) => /Invoking user's init function/.test(line)) &&
    !lines.some((line) => /init function (completed|succeeded)|Users's init has completed/i.test(line));
  if (inInit)
    return {
      reason: "InitNotFinished",
      message: "The container runs, but init() did not come to its end in the time that the readiness probe gives.",
      hint: "Load less in init(), or raise the readiness probe's initial delay or failure threshold. A call that waits for a network never ends here.",
      lines: tail(lines),
    };
  if (probe?.said === "ECONNREFUSED" && wasReady !== true) return refusedCause(probe, lines);
  const status = wasReady === true ? undefined : /^answered ([34]\d\d)$/.exec(probe?.said ?? "")?.[1];
  if (probe !== undefined && status !== undefined)
    return {
      reason: "ProbePathWrong",
      message: `The server answers ${probe.path} on port ${String(probe.port)} with ${status}, so it never counts as ready.`,
      hint: "Set the path of the environment's readiness route to one that the server answers with 200. Azure's inference server has / on port 5001.",
      lines: tail(lines),
    };
  const said = probe === undefined || probe.said === "" ? "" : ` The probe of ${probe.path} on port ${String(probe.port)}: ${probe.said.replace(/\.$/, "")}.`;
  return {
    reason: "NeverReady",
    message: `The container runs, but never got ready.${said}`,
    hint: "Look at its log; check the readiness route's path and port, and that the server listens on 0.0.0.0.",
    lines: tail(lines),
  };
}
