import type { Actor } from "#server/auth/actor";
import type { ArtifactStore } from "#server/artifacts/store";
import type { TestScoreInput, TestScoreResult } from "#server/contract/scoring";
import type { ScaffoldTemplates } from "#server/domain/scaffold/types";
import type { Clock } from "#server/kernel/clock";
import type { Settings } from "#server/kernel/env";
import type { IdKind } from "#server/kernel/ids";
import type { Logger } from "#server/kernel/log";
import type { Store } from "#server/store/store";
import type { TelemetryClient } from "#server/telemetry/client";
import type { Db } from "#server/telemetry/db";
import type { Vault } from "#server/vault/vault";

/** Calls the gateway as a caller would; the test console's way to the data path. `key` is one of the endpoint's own. */
export interface Scorer {
  score(input: Required<TestScoreInput>, key: string): Promise<TestScoreResult>;
  swagger(input: { readonly endpoint: string; readonly deployment: string | null }, key: string): Promise<TestScoreResult>;
}

/** What operations share in one process. */
export interface OperationServices {
  readonly store: Store;
  readonly vault: Vault;
  readonly artifacts: ArtifactStore;
  /** Minute histograms, statistics and cost, for `telemetry/query`. */
  readonly telemetryDb: Db;
  /** Raw requests, through the query worker. */
  readonly telemetry: TelemetryClient;
  readonly scorer: Scorer;
  /** Texts of what is generated for models without code, read once. */
  readonly scaffoldTemplates: ScaffoldTemplates;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly newId: (kind: IdKind) => string;
}

/** One call: who asks, under which request id. */
export interface OperationContext extends OperationServices {
  readonly actor: Actor;
  readonly requestId: string;
  readonly log: Logger;
  /** Filled by a wish that was taken: the operation to poll, told to REST callers in a header. */
  readonly accepted: { operationId: string | null };
}

/** Every operation: parsed input in, wire shape out, `SluiceError` for every expected failure. */
export type Operation<I, O> = (context: OperationContext, input: I) => Promise<O>;
