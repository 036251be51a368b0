export interface Share {
  readonly name: string;
  readonly color: number;
  readonly percent: number;
}

/** Observed shares in the order and colour of the wished ones; a deployment without a request is left out. */
export function observedSegments(wished: readonly Share[], observed: Readonly<Record<string, number>> | undefined): readonly Share[] {
  if (observed === undefined) return [];
  return wished.flatMap((share) => {
    const percent = observed[share.name] ?? 0;
    return percent > 0 ? [{ ...share, percent }] : [];
  });
}

const list = (shares: readonly Share[], text: (percent: number) => string): string =>
  shares.map((share) => `${share.name} ${text(share.percent)} %`).join(", ");

/** The bar as a sentence, for people who do not see it. */
export function describeShares(wished: readonly Share[], observed?: Readonly<Record<string, number>>): string {
  const positive = wished.filter((share) => share.percent > 0);
  const wish = positive.length === 0 ? "No deployment gets traffic" : `Traffic wished: ${list(positive, String)}`;
  const real = observedSegments(wished, observed);
  return real.length === 0 ? `${wish}.` : `${wish}. Observed: ${list(real, (percent) => percent.toFixed(1))}.`;
}
