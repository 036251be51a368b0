/** Milliseconds of silence after which a gateway counts as away and holds up no receipt: it reports every second. */
export const gatewayLiveMs = 5000;
