import type { RoutingRevision } from "#server/domain/routing/types";
import type { ProxyState, Table } from "../ir/proxy-state";
import { tableNames } from "../ir/proxy-state";
import type { GatewayLayout } from "../layout";
import type { GatewaySettings } from "../settings";
import { renderBackends } from "./backends";
import { errorBodies, errorMessages, grpcStatuses, renderDefaults, renderStaticAnswers, stallStates, terminationStates } from "./defaults";
import { renderDeploymentDefaults } from "./deployment-defaults";
import { renderFrontend, renderKeyRates, renderOps } from "./frontend";
import { renderGlobal } from "./global";
import { renderLimitTable } from "./limits";
import { renderDetours } from "./mirror";
import { renderState } from "./state";

export interface RenderedRevision {
  /** The part of the configuration that does not depend on the revision: a change of it needs a reload. */
  readonly template: string;
  /** The whole configuration text. */
  readonly configuration: string;
  /** Every file of the revision's folder by relative path, the configuration included. */
  readonly files: ReadonlyMap<string, string>;
  readonly state: ProxyState;
}

/** A table's file: one entry per line, key and value separated by a space. */
export const renderTable = (table: Table): string => [...table].map(([key, value]) => `${key} ${value}\n`).join("");

/** Keys for tokens that a starting proxy loads; the names are the paths in the revision's folder. */
function renderCertificates({ certificates }: ProxyState): string {
  const lines = [...certificates.keys()].map((name) => `  load crt ${name} jwt on\n`);
  return lines.length === 0 ? "" : `\ncrt-store\n${lines.join("")}`;
}

/** The configuration without backends; pure text from settings. */
export function renderTemplate(settings: GatewaySettings, layout: GatewayLayout): string {
  return [
    renderGlobal(settings, layout),
    renderDefaults(),
    renderDeploymentDefaults(),
    renderFrontend(settings, layout),
    renderKeyRates(),
    renderLimitTable(),
    renderDetours(layout),
    renderOps(settings),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** All that a proxy needs to serve a revision by itself, as files, and the same as the state it should then be in. Pure. */
export function renderRevision(revision: RoutingRevision, settings: GatewaySettings, layout: GatewayLayout, previousSlots: Table): RenderedRevision {
  const state = renderState(revision, settings.maxBodyBytes, previousSlots);
  const template = renderTemplate(settings, layout);
  const configuration = `${template}\n${renderBackends(state)}${renderCertificates(state)}`;
  const files = new Map([
    ["haproxy.cfg", configuration],
    ...renderStaticAnswers(),
    ["static/states.map", renderTable(terminationStates)],
    ["static/stalls.map", renderTable(stallStates)],
    ["static/messages.map", renderTable(errorMessages)],
    ["static/bodies.map", renderTable(errorBodies)],
    ["static/grpc.map", renderTable(grpcStatuses)],
    ...state.certificates,
    ...tableNames.map((name): [string, string] => [`tables/${name}.map`, renderTable(state.tables[name])]),
  ]);
  return { template, configuration, files, state };
}
