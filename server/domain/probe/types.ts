/** Azure's probe settings; durations in seconds as there. */
export interface ProbeSettings {
  readonly initialDelaySeconds: number;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

export interface HttpRoute {
  readonly path: string;
  readonly port: number;
}

/** What one probe saw. `timeout` is apart because a single-worker server answers nothing while it scores. */
export type ProbeOutcome = { readonly kind: "success" } | { readonly kind: "failure"; readonly message: string } | { readonly kind: "timeout" };
