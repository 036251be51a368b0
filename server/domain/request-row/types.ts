/**
 * One scored (or refused) request, as the gateway spools it: one JSON object per line, one row in Parquet.
 * Durations in milliseconds, -1 where the phase was not reached; sizes in bytes.
 */
export interface RequestRow {
  /** UUID v7 of the request, ours. */
  readonly requestId: string;
  /** The caller's own id, at most 40 characters, else empty. */
  readonly clientRequestId: string;
  /** Unix milliseconds when the request line arrived. */
  readonly startedAt: number;
  readonly gatewayId: string;
  readonly endpoint: string;
  /** Empty where no deployment was chosen. */
  readonly deployment: string;
  readonly instanceId: string;
  readonly method: string;
  readonly path: string;
  /** Status that the caller got. */
  readonly status: number;
  /** Status that the model gave, 0 when it gave none. */
  readonly modelStatus: number;
  /**
   * Status that a gRPC caller got in the answer's headers: every refusal of ours, and failures of models that come without a message. -1 for other
   * calls, and where the status came in trailers, which the proxy hands on unread.
   */
  readonly grpcStatus: number;
  /** Our stable code when the answer is ours, else empty. */
  readonly errorCode: string;
  readonly queueMs: number;
  readonly connectMs: number;
  /** From the request's hand-over to the first byte of the model's answer. */
  readonly modelMs: number;
  readonly totalMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** `primary`, `secondary` or a key's own name; empty for callers with tokens. */
  readonly keyName: string;
  /** Whom the caller's token is about (its `sub`), else empty. */
  readonly subject: string;
  readonly userAgent: string;
  readonly pinned: boolean;
  readonly mirrored: boolean;
  readonly retries: number;
  /** The proxy's termination state, for the support page. */
  readonly termination: string;
}
