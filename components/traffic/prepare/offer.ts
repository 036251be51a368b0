/** A share in percent that an address carries; 0 for anything else. */
export function readShare(text: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return value <= 100 ? value : 0;
}

/** A change of the split that the editor opens with; nothing of it is sent before it is applied. */
export interface OfferedSplit {
  readonly deployment: string;
  readonly share: string;
}
