import type { Tone } from "#components/ui/badge";
import type { ClientKeyDto } from "#server/contract/client-key";

/** A key's state in words and colour. */
export const keyStates: Readonly<Record<ClientKeyDto["state"], { readonly tone: Tone; readonly word: string }>> = {
  active: { tone: "ok", word: "Active" },
  quota_reached: { tone: "warn", word: "Quota used up" },
  expired: { tone: "bad", word: "Expired" },
  revoked: { tone: "idle", word: "Revoked" },
};

const hourMs = 3_600_000;

export const lifetimes = [
  { ms: 30 * 24 * hourMs, text: "30 days" },
  { ms: 90 * 24 * hourMs, text: "90 days" },
  { ms: 365 * 24 * hourMs, text: "a year" },
  { ms: null, text: "no end" },
] as const;

export const overlaps = [
  { seconds: 0, text: "ends at once" },
  { seconds: 3600, text: "goes on for an hour" },
  { seconds: 24 * 3600, text: "goes on for a day" },
  { seconds: 7 * 24 * 3600, text: "goes on for a week" },
  { seconds: 30 * 24 * 3600, text: "goes on for 30 days" },
] as const;

/** The number that a field holds; null for an empty one. What is no number stays one that the contract refuses. */
export const limitOf = (text: string): number | null => (text.trim() === "" ? null : Number(text));
