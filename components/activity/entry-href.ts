/** Where an entry of an endpoint's activity is read: the list from it on, so that old ones are found too. Without an entry, the whole list. */
export function entryHref(endpoint: string, entry: { readonly id: string; readonly at: number } | null): string {
  const path = `/endpoints/${encodeURIComponent(endpoint)}/activity`;
  return entry === null ? path : `${path}?before=${entry.at + 1}#${entry.id}`;
}
