import type { Cause } from "../deployment/status";
import type { InstanceType } from "../host/types";
import type { ProbeSettings } from "../probe/types";

/** What the doctor looks at, in this order. */
export const doctorCheckNames = ["image", "storage", "start", "memory", "response", "latency", "swagger", "stop"] as const;
export type DoctorCheckName = (typeof doctorCheckNames)[number];

export const verdicts = ["passed", "warning", "failed", "skipped"] as const;
export type Verdict = (typeof verdicts)[number];

export const units = ["bytes", "ms", "count"] as const;
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: (typeof units)[number];
}

export interface DoctorCheck {
  readonly name: DoctorCheckName;
  /** Null while it is not known. */
  readonly verdict: Verdict | null;
  readonly message: string;
  /** What to do about it; null when there is nothing to do. */
  readonly fix: string | null;
  readonly measurements: readonly Measurement[];
  /** Of the container's or the build's log, where they show why. */
  readonly lines: readonly string[];
}

/** What a run does next. `open` keeps the container for the test console, `clean` gives everything back. */
export const doctorPhases = ["image", "storage", "start", "ready", "exercise", "open", "stop", "clean", "ended"] as const;
export type DoctorPhase = (typeof doctorPhases)[number];

/** Where the payload that was sent came from. */
export const sampleSources = ["given", "generated", "code", "swagger"] as const;
export interface SampleRequest {
  readonly source: (typeof sampleSources)[number];
  readonly contentType: string;
  readonly body: string;
}

export interface ScoringCall {
  readonly ms: number;
  /** Null when no answer came. */
  readonly status: number | null;
}

/** Why a phase came to nothing. */
export interface DoctorFailure extends Cause {
  readonly at: "image" | "storage" | "start" | "response";
  readonly lines: readonly string[];
}

/** What was seen so far; null is not known (yet). Times in milliseconds. */
export interface DoctorFacts {
  readonly image: { readonly reference: string; readonly sizeBytes: number; readonly ms: number; readonly wasThere: boolean } | null;
  readonly storage: { readonly bytes: number; readonly ms: number } | null;
  /** From the wish to a running process, and from there to the first answer of each probe. */
  readonly start: { readonly ms: number; readonly liveMs: number | null; readonly readyMs: number | null } | null;
  readonly memory: {
    readonly limitMib: number;
    readonly peakBytes: number;
    readonly steadyBytes: number | null;
    /** The instance type's memory, when it did not suffice and the rest was measured with more. */
    readonly exceededMib: number | null;
  } | null;
  readonly sample: SampleRequest["source"] | null;
  readonly calls: { readonly first: ScoringCall; readonly steady: readonly ScoringCall[]; readonly answer: string } | null;
  readonly swagger: { readonly status: number | null; readonly version: string | null; readonly problem: string | null } | null;
  readonly stop: { readonly ms: number; readonly graceMs: number; readonly exitCode: number | null } | null;
  readonly failure: DoctorFailure | null;
}

export const noFacts: DoctorFacts = {
  image: null,
  storage: null,
  start: null,
  memory: null,
  sample: null,
  calls: null,
  swagger: null,
  stop: null,
  failure: null,
};

/** What the facts are judged by. */
export interface DoctorLimits {
  readonly instanceType: InstanceType;
  readonly instanceTypes: readonly InstanceType[];
  readonly liveness: ProbeSettings;
  readonly readiness: ProbeSettings;
  readonly requestTimeoutMs: number;
}
