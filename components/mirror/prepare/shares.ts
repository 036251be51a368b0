import type { EndpointDto } from "#server/contract/endpoint";

/** One line of the form; `name` is empty while nothing is chosen. */
export interface ShareDraft {
  readonly name: string;
  readonly percent: number;
}

/** Azure's own default for a new mirror. */
export const firstPercent = 10;

export const draftOf = ({ deployments, mirrorTraffic }: EndpointDto): ShareDraft[] => {
  const shares = deployments.flatMap(({ name }) => {
    const percent = mirrorTraffic[name.toLowerCase()];
    return percent === undefined ? [] : [{ name, percent }];
  });
  return shares.length === 0 ? [{ name: "", percent: firstPercent }] : shares;
};

/** The wish that the lines mean: unchosen ones and zeros are none. */
export function sharesOf(draft: readonly ShareDraft[]): Readonly<Record<string, number>> {
  return Object.fromEntries(draft.filter(({ name, percent }) => name !== "" && percent > 0).map(({ name, percent }) => [name.toLowerCase(), percent]));
}

export function isSameMirror(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** Who may be a shadow: under Azure's rules nobody who has live traffic. */
export const eligible = ({ deployments }: EndpointDto, open: boolean): EndpointDto["deployments"] =>
  deployments.filter(({ percent, provisioningState }) => provisioningState !== "Deleting" && (open || percent === 0));

/** What applying will do, as a sentence; `perMinute` is the endpoint's present rate, null when unknown. */
export function mirrorSentence(shares: Readonly<Record<string, number>>, perMinute: number | null): string {
  const parts = Object.entries(shares).map(([name, percent]) => {
    const rate = perMinute === null || perMinute === 0 ? "" : `, about ${String(Math.max(1, Math.round((perMinute * percent) / 100)))} a minute`;
    return `${String(percent)} % of the calls are copied to ${name}${rate}`;
  });
  return parts.length === 0 ? "No call is copied any more." : `${parts.join("; ")}.`;
}

/** A body as people read it: JSON indented, anything else as it is. */
export function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
