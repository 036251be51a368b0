/** Milliseconds of silence after which a gateway counts as away and holds up no receipt: it reports every second. */
export const gatewayLiveMs = 5000;

/** Whether a gateway was heard of in that time; `lastSeenAt` is null before its first word. */
export const isLive = ({ lastSeenAt }: { readonly lastSeenAt: number | null }, nowMs: number): boolean =>
  lastSeenAt !== null && nowMs - lastSeenAt < gatewayLiveMs;
