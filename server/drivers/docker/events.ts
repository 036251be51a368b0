import type { InstanceEvent, InstanceEventKind } from "../compute-driver";
import { labelValue, type Ownership } from "./labels";

const kinds: Readonly<Record<string, InstanceEventKind>> = {
  create: "created",
  start: "started",
  die: "exited",
  oom: "out_of_memory",
  pause: "paused",
  unpause: "unpaused",
  destroy: "removed",
};

/** Actions to ask the engine for; its noisy ones (exec, attach) would carry command lines. */
export const eventActions = Object.keys(kinds);

interface EngineEvent {
  readonly Action?: string;
  readonly timeNano?: number;
  readonly Actor?: { readonly Attributes?: Readonly<Record<string, string>> };
}

/** Our word for an engine event, or null when it concerns no instance of ours. */
export function instanceEvent(raw: unknown, own: Ownership): InstanceEvent | null {
  const event = (typeof raw === "object" && raw !== null ? raw : {}) as EngineEvent;
  const kind = kinds[event.Action ?? ""];
  const attributes = event.Actor?.Attributes;
  if (kind === undefined || !own.ownsInstance(attributes, attributes?.["name"] ?? "")) return null;
  return { kind, instanceId: labelValue(attributes, "instance"), at: Math.round((event.timeNano ?? 0) / 1e6) };
}
