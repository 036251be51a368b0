import { allOff, moveDivider, setShare, type DividedShare } from "#server/domain/traffic/divide";
import type { TrafficStep } from "#server/domain/traffic/tenths";
import { readShare, type OfferedSplit } from "./offer";

export type Split = Readonly<Record<string, number>>;

/** What the editor needs of an endpoint. */
export interface SplitSource {
  readonly generation: number;
  readonly traffic: Split;
  readonly deployments: readonly { readonly name: string }[];
}

export interface EditorState {
  /** The generation that the person saw when the edit began; the write is guarded by it. */
  readonly generation: number;
  /** The split that the edit began from. */
  readonly base: Split;
  readonly shares: readonly DividedShare[];
  /** Where a run of edits of one share began, so that sliding to 100 and back restores what the others had. */
  readonly anchor: { readonly index: number; readonly shares: readonly DividedShare[] } | null;
}

export type EditorEvent =
  | { readonly type: "source"; readonly source: SplitSource }
  /** `from`: the shares when the drag began; the delta counts from there. */
  | { readonly type: "divider"; readonly divider: number; readonly delta: number; readonly from: readonly DividedShare[]; readonly step: TrafficStep }
  | { readonly type: "share"; readonly index: number; readonly percent: number; readonly step: TrafficStep }
  | { readonly type: "lock"; readonly index: number }
  | { readonly type: "off" }
  | { readonly type: "load"; readonly split: Split }
  /** Forgets the edit. */
  | { readonly type: "discard"; readonly source: SplitSource }
  /** Keeps the edit on top of what is in force now. */
  | { readonly type: "rebase"; readonly source: SplitSource };

export const splitOf = (shares: readonly DividedShare[]): Split => Object.fromEntries(shares.map((share) => [share.name, share.percent]));

/** Same shares for everybody; a deployment that is not named has 0. */
export function isSameSplit(one: Split, other: Split): boolean {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((name) => (one[name] ?? 0) === (other[name] ?? 0));
}

const sharesOf = (source: SplitSource, before: readonly DividedShare[] = []): readonly DividedShare[] =>
  source.deployments.map(({ name }) => ({ name, percent: source.traffic[name] ?? 0, locked: before.find((share) => share.name === name)?.locked ?? false }));

export const startEditor = (source: SplitSource): EditorState => ({
  generation: source.generation,
  base: source.traffic,
  shares: sharesOf(source),
  anchor: null,
});

export const isDirty = (state: EditorState): boolean => !isSameSplit(splitOf(state.shares), state.base);

/** Somebody else changed the split while this edit was open: both have to be shown and nothing may be overwritten. */
export const hasConflict = (state: EditorState, source: SplitSource): boolean =>
  isDirty(state) && source.generation !== state.generation && !isSameSplit(source.traffic, state.base);

/** Why a split cannot be loaded: it names a deployment that is gone. Null when it can. */
export function missingDeployment(split: Split, source: SplitSource): string | null {
  const gone = Object.entries(split).find(([name, percent]) => percent > 0 && !source.deployments.some((deployment) => deployment.name === name));
  return gone?.[0] ?? null;
}

function takeSource(state: EditorState, source: SplitSource): EditorState {
  const names = source.deployments.map((deployment) => deployment.name).join("\n");
  const sameNames = names === state.shares.map((share) => share.name).join("\n");
  if (isDirty(state) && sameNames) {
    // A generation that rose for another reason (tags, a scale) does not make the edit stale.
    return source.generation !== state.generation && isSameSplit(source.traffic, state.base) ? { ...state, generation: source.generation } : state;
  }
  if (sameNames && source.generation === state.generation && isSameSplit(source.traffic, state.base)) return state;
  return { generation: source.generation, base: source.traffic, shares: sharesOf(source, state.shares), anchor: null };
}

/** The editor's next state; pure. */
export function editTraffic(state: EditorState, event: EditorEvent): EditorState {
  switch (event.type) {
    case "source":
      return takeSource(state, event.source);
    case "divider":
      return { ...state, shares: moveDivider(event.from, event.divider, event.delta, event.step), anchor: null };
    case "share": {
      const anchor = state.anchor?.index === event.index ? state.anchor : { index: event.index, shares: state.shares };
      return { ...state, anchor, shares: setShare(anchor.shares, event.index, event.percent, event.step) };
    }
    case "lock":
      return { ...state, anchor: null, shares: state.shares.map((share, index) => (index === event.index ? { ...share, locked: !share.locked } : share)) };
    case "off":
      return { ...state, anchor: null, shares: allOff(state.shares) };
    case "load":
      return { ...state, anchor: null, shares: state.shares.map((share) => ({ ...share, percent: event.split[share.name] ?? 0, locked: false })) };
    case "discard":
      return startEditor(event.source);
    case "rebase":
      return { ...state, generation: event.source.generation, base: event.source.traffic };
  }
}

/** The editor as it opens: with the split in force, or with an offered share on top of it. A deployment that is gone offers nothing. */
export function openEditor(source: SplitSource, offer: OfferedSplit | null): EditorState {
  const state = startEditor(source);
  const index = offer === null ? -1 : state.shares.findIndex((share) => share.name.toLowerCase() === offer.deployment.toLowerCase());
  return offer === null || index === -1 ? state : editTraffic(state, { type: "share", index, percent: readShare(offer.share), step: 1 });
}
