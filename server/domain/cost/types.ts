/** One instance's life as far as money is concerned; Unix milliseconds. */
export interface InstanceSpan {
  readonly endpointId: string;
  readonly deploymentId: string;
  readonly instanceType: string;
  /** Frozen when the instance was made, so a price change never rewrites the past. */
  readonly pricePerHour: number;
  readonly startedAt: number;
  /** Null while it runs. */
  readonly stoppedAt: number | null;
}

/** Traffic of one deployment in one hour. */
export interface TrafficHour {
  readonly endpointId: string;
  readonly deploymentId: string;
  /** Request and response bodies together. */
  readonly bytes: number;
  readonly requests: number;
}

/** What one deployment cost in one hour. Compute has one line per instance type; networking is the line without an instance type. */
export interface CostLine {
  readonly endpointId: string;
  readonly deploymentId: string;
  /** Unix milliseconds of the hour's start. */
  readonly hour: number;
  readonly instanceType: string;
  readonly instanceSeconds: number;
  readonly computeAmount: number;
  readonly networkBytes: number;
  readonly networkAmount: number;
  readonly requests: number;
}
