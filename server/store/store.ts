import { baseRefreshesRepository } from "./base-refreshes";
import { buildsRepository } from "./builds";
import { changesRepository, listenForChanges } from "./changes";
import { openConnection, type Db } from "./client";
import { clientKeysRepository } from "./client-keys";
import { endpointDomainsRepository } from "./endpoint-domains";
import { codesRepository } from "./codes";
import { connectionsRepository } from "./connections";
import { doctorRunsRepository } from "./doctor-runs";
import { hostsRepository, instanceTypesRepository } from "./compute";
import { deploymentsRepository } from "./deployments";
import { endpointsRepository } from "./endpoints";
import { environmentsRepository } from "./environments";
import { gatewaysRepository, routingRepository } from "./gateways";
import { auditRepository, eventsRepository, operationsRepository } from "./history";
import { importsRepository } from "./imports";
import { identitiesRepository } from "./identities";
import { instancesRepository } from "./instances";
import { leasesRepository, type Fence } from "./leases";
import { assetVersionsRepository } from "./asset-versions";
import { labelsRepository } from "./labels";
import { idempotencyRepository, rateWindowsRepository, settingsRepository } from "./limits";
import { modelsRepository } from "./models";
import { sbomsRepository } from "./sboms";
import { sessionsRepository, tokensRepository } from "./sessions";
import { signingKeysRepository } from "./signing-keys";
import { poolDatabase, type SqlDatabase } from "./sql";
import { trafficChangesRepository } from "./traffic-changes";
import { artifactsRepository, uploadsRepository } from "./uploads";
import { usersRepository, workspacesRepository } from "./users";

const repositories = (db: Db) => ({
  workspaces: workspacesRepository(db),
  users: usersRepository(db),
  identities: identitiesRepository(db),
  sessions: sessionsRepository(db),
  tokens: tokensRepository(db),
  endpoints: endpointsRepository(db),
  clientKeys: clientKeysRepository(db),
  endpointDomains: endpointDomainsRepository(db),
  signingKeys: signingKeysRepository(db),
  trafficChanges: trafficChangesRepository(db),
  deployments: deploymentsRepository(db),
  instances: instancesRepository(db),
  models: modelsRepository(db),
  environments: environmentsRepository(db),
  codes: codesRepository(db),
  labels: labelsRepository(db),
  assetVersions: assetVersionsRepository(db),
  connections: connectionsRepository(db),
  doctorRuns: doctorRunsRepository(db),
  imports: importsRepository(db),
  artifacts: artifactsRepository(db),
  uploads: uploadsRepository(db),
  builds: buildsRepository(db),
  sboms: sbomsRepository(db),
  baseRefreshes: baseRefreshesRepository(db),
  hosts: hostsRepository(db),
  instanceTypes: instanceTypesRepository(db),
  gateways: gatewaysRepository(db),
  routing: routingRepository(db),
  operations: operationsRepository(db),
  events: eventsRepository(db),
  audit: auditRepository(db),
  changes: changesRepository(db),
  leases: leasesRepository(db),
  settings: settingsRepository(db),
  rateWindows: rateWindowsRepository(db),
  idempotency: idempotencyRepository(db),
});

/** Repositories bound to one transaction, or to none. */
export type StoreSession = ReturnType<typeof repositories>;

export interface Store extends StoreSession {
  /** Runs `work` in one transaction (read committed); everything is undone when it rejects. Use only the session that it is given. */
  transaction<T>(work: (session: StoreSession) => Promise<T>): Promise<T>;
  /** As `transaction`, but only while the lease still has the fence's epoch, which cannot change until the end; else `LeaseLostError`. */
  fenced<T>(fence: Fence, work: (session: StoreSession) => Promise<T>): Promise<T>;
  /** Calls back when hints were committed to the change feed; returns how to stop. */
  onChange(callback: () => void): () => Promise<void>;
  /** Raw SQL on the same pool, for telemetry. */
  readonly sql: SqlDatabase;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly databaseUrl: string;
  readonly maxConnections: number;
}

/** Longest a transaction may wait for a connection and may last: management writes take milliseconds. */
const transactionLimits = { maxWait: 10_000, timeout: 20_000 };

/** The only door to the database. Connects lazily, so building it needs no server. */
export function createStore(options: StoreOptions): Store {
  const { pool, prisma } = openConnection(options.databaseUrl, options.maxConnections);
  return {
    ...repositories(prisma),
    transaction: (work) => prisma.$transaction((db) => work(repositories(db)), transactionLimits),
    fenced: (fence, work) =>
      prisma.$transaction(async (db) => {
        const session = repositories(db);
        await session.leases.require(fence);
        return work(session);
      }, transactionLimits),
    onChange: (callback) => listenForChanges(options.databaseUrl, callback),
    sql: poolDatabase(pool),
    close: async () => {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}
