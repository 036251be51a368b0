/** Below this a packet holds the answer as it is. */
const leastBytes = 1024;

/**
 * By the beginnings of their names; streams of events and what is compressed already are not among them. The proxy hands on each piece of an answer that comes
 * in pieces. It leaves alone what has a `content-encoding`, `cache-control: no-transform`, another status than 200 to 203, or two tags; a strong tag becomes a
 * weak one.
 */
const types = [
  "application/json",
  "text/plain",
  "text/html",
  "text/csv",
  "text/xml",
  "text/markdown",
  "application/xml",
  "application/problem+json",
  "application/geo+json",
];

/** A filter slows all that passes its section of the configuration, so it stands in one that only such calls take. */
export const compression = [
  "  filter comp-res",
  "  compression direction response",
  "  compression algo-res gzip",
  `  compression type-res ${types.join(" ")}`,
  `  compression minsize-res ${String(leastBytes)}`,
];
