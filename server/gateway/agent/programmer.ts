import type { RoutingDomain, RoutingRevision } from "#server/domain/routing/types";
import { validateRevision } from "#server/domain/routing/validate";
import type { Logger } from "#server/kernel/log";
import { diff, retirements } from "../diff/diff";
import type { ProxyState, Table } from "../ir/proxy-state";
import type { GatewayLayout } from "../layout";
import { applyCommands, applyRetirements, ProxyRefused } from "../proxy/apply";
import { checkConfiguration } from "../proxy/check";
import { digestOf } from "../proxy/digest";
import { readBack, readChanged, type SeenProxy } from "../proxy/read-back";
import { reloadProxy } from "../proxy/reload";
import { renderRevision, type RenderedRevision } from "../render/render";
import type { GatewaySettings } from "../settings";
import { currentName, pruneRevisions, readCurrentFile, removeRevisionFolder, switchCurrent, writeRevisionFolder } from "./revision-store";

/** The revision cannot be put in force on this gateway; what was in force before still is. */
export class RevisionRefused extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "RevisionRefused";
  }
}

export interface ProgrammerOptions {
  readonly layout: GatewayLayout;
  readonly settings: GatewaySettings;
  /** Path or name of the proxy's binary, for checking configurations. */
  readonly haproxy: string;
  readonly log: Logger;
}

interface InForce {
  readonly name: string;
  readonly revision: RoutingRevision;
  readonly configuration: string;
  readonly template: string;
  readonly state: ProxyState;
  /** As they were written by this process; empty for a folder that was found. */
  readonly files: ReadonlyMap<string, string>;
}

const noTable: Table = new Map();
const emptyRevision: RoutingRevision = { revision: 0, createdAt: 0, endpoints: [] };
/** A difference that three rounds cannot settle is a refusal, not a delay. */
const convergeRounds = 3;

function parseTableFile(text: string): Table {
  const entries = text.split("\n").filter((line) => line !== "");
  return new Map(entries.map((line): [string, string] => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]));
}

/** Puts revisions in force, files first, and keeps the proxy at the last good one. Calls are not to overlap: the agent serialises them. */
export class Programmer {
  private inForce: InForce | null = null;
  private retiring = false;
  /** What the proxy was last seen to run; null when something may have changed since. */
  private seen: SeenProxy | null = null;

  constructor(private readonly options: ProgrammerOptions) {}

  /** The number of the revision in force; -1 before `start`. */
  get revision(): number {
    return this.inForce?.revision.revision ?? -1;
  }

  /** What the proxy runs; null before `start`. */
  get state(): ProxyState | null {
    return this.inForce?.state ?? null;
  }

  /** Whether some endpoint of the revision in force has limits, whose use is then worth reading. */
  get hasLimits(): boolean {
    return this.inForce?.revision.endpoints.some(({ limits }) => limits !== null) ?? false;
  }

  /** Endpoints' own domains in the revision in force. */
  get domains(): readonly RoutingDomain[] {
    return this.inForce?.revision.endpoints.flatMap(({ domains }) => domains) ?? [];
  }

  get backends(): Iterable<string> {
    return this.inForce?.state.backends.keys() ?? [];
  }

  /**
   * Reads the revision in force from disk, or writes an empty one on the very first start, so that a proxy can serve from the files. Does not
   * talk to the proxy. A template of another release is kept until the next `apply`.
   */
  async start(): Promise<void> {
    const { layout, settings } = this.options;
    const name = await currentName(layout);
    const text = await readCurrentFile(layout, "revision.json");
    if (name === null || text === null) {
      await this.writeFirst();
      return;
    }
    const parsed = validateRevision(JSON.parse(text));
    if (!parsed.ok) throw new Error(`the revision on disk is not valid: ${JSON.stringify(parsed.error)}`);
    const slots = parseTableFile((await readCurrentFile(layout, "tables/slots.map")) ?? "");
    const { state } = renderRevision(parsed.data, settings, layout, slots);
    const configuration = (await readCurrentFile(layout, "haproxy.cfg")) ?? "";
    const template = (await readCurrentFile(layout, "template.cfg")) ?? "";
    this.inForce = { name, revision: parsed.data, configuration, template, state, files: new Map() };
  }

  private async writeFirst(): Promise<void> {
    const { layout, settings } = this.options;
    const rendered = renderRevision(emptyRevision, settings, layout, noTable);
    const name = await this.write(emptyRevision, rendered);
    await switchCurrent(layout, name);
    this.inForce = { name, revision: emptyRevision, ...rendered };
  }

  private write(revision: RoutingRevision, rendered: RenderedRevision): Promise<string> {
    const files = new Map([...rendered.files, ["template.cfg", rendered.template], ["revision.json", JSON.stringify(revision)]]);
    return writeRevisionFolder(this.options.layout, revision.revision, files, this.inForce);
  }

  /**
   * Puts a revision in force and resolves to the digest of what was read back. Throws `RevisionRefused` (the last good one stays) or
   * `ProxyUnreachable` (nothing decided: call again when the proxy is back).
   */
  async apply(revision: RoutingRevision): Promise<string> {
    const { layout, settings } = this.options;
    const previous = this.inForce;
    const rendered = renderRevision(revision, settings, layout, previous?.state.tables.slots ?? noTable);
    const name = await this.write(revision, rendered);
    try {
      await this.check(name, rendered, previous);
      const running =
        previous !== null && rendered.template === previous.template ? await this.advance(rendered.state) : await this.reload(name, rendered, previous);
      await switchCurrent(layout, name);
      this.inForce = { name, revision, ...rendered };
      return digestOf(running);
    } catch (error) {
      if ((await currentName(layout)) !== name) await removeRevisionFolder(layout, name);
      await pruneRevisions(layout);
      if (!(error instanceof ProxyRefused)) throw error;
      await this.reconcile();
      throw new RevisionRefused(error.message);
    }
  }

  private async check(name: string, rendered: RenderedRevision, previous: InForce | null): Promise<void> {
    if (previous !== null && rendered.configuration === previous.configuration) return;
    const wrong = await checkConfiguration(this.options.haproxy, `${this.options.layout.revision(name)}/haproxy.cfg`);
    if (wrong !== null) throw new RevisionRefused(`the proxy refuses the configuration: ${wrong}`);
  }

  /** Only for a change of our own template: the new worker starts from the files, so they are switched first. */
  private async reload(name: string, rendered: RenderedRevision, previous: InForce | null): Promise<ProxyState> {
    const { layout, log } = this.options;
    await switchCurrent(layout, name);
    log.info({ folder: name }, "the configuration's template changed: reloading the proxy");
    if (!(await reloadProxy(layout.masterSocket))) {
      if (previous !== null) await switchCurrent(layout, previous.name);
      throw new RevisionRefused("the proxy did not start with the new template");
    }
    return this.converge(rendered.state);
  }

  /**
   * As `converge`, from what was seen last instead of asking for all of it first, and reading back what the commands touched: a change of one split is one
   * entry, an installation's tables and statistics are megabytes. Whatever does not fit is asked for as a whole.
   */
  private async advance(wanted: ProxyState): Promise<ProxyState> {
    const { seen } = this;
    const { adminSocket } = this.options.layout;
    this.seen = null;
    const commands = seen === null ? [] : diff(seen.state, wanted);
    if (seen === null || commands.length === 0) return this.converge(wanted);
    const isCurrent = await applyCommands(adminSocket, commands).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ProxyRefused) return false;
        throw error;
      },
    );
    const running = isCurrent ? await readChanged(adminSocket, seen, commands) : null;
    return running !== null && diff(running.state, wanted).length === 0 ? this.settle(running, wanted) : this.converge(wanted);
  }

  private async converge(wanted: ProxyState): Promise<ProxyState> {
    const { adminSocket } = this.options.layout;
    this.seen = null;
    let running = await readBack(adminSocket);
    for (let round = 0; round < convergeRounds; round += 1) {
      const commands = diff(running.state, wanted);
      if (commands.length === 0) return this.settle(running, wanted);
      await applyCommands(adminSocket, commands);
      running = await readBack(adminSocket);
    }
    const [left] = diff(running.state, wanted);
    if (left === undefined) return this.settle(running, wanted);
    throw new ProxyRefused(JSON.stringify(left), "what was read back still differs");
  }

  private settle(running: SeenProxy, wanted: ProxyState): ProxyState {
    this.seen = running;
    this.retiring = retirements(running.state, wanted).length > 0;
    return running.state;
  }

  /**
   * Brings the proxy back to the revision in force, whatever it runs. A proxy with another release's template is left alone: that template reads entries as
   * that release writes them, and the proxy has them from its files.
   */
  async reconcile(): Promise<void> {
    const { inForce } = this;
    if (inForce === null) throw new Error("reconcile before start");
    if (!this.templateIsStale()) await this.converge(inForce.state);
  }

  /** True when the files in force were made by another release or with other settings, so that `apply` of the same revision is due. */
  templateIsStale(): boolean {
    const { layout, settings } = this.options;
    return this.inForce !== null && renderRevision(emptyRevision, settings, layout, noTable).template !== this.inForce.template;
  }

  /** Puts the revision in force again with the template of this release. Throws as `apply`. */
  async applyTemplate(): Promise<string> {
    if (this.inForce === null) throw new Error("applyTemplate before start");
    return this.apply(this.inForce.revision);
  }

  /** Deletes folders of old revisions: after the acknowledgement, which should not wait for it. */
  async prune(): Promise<void> {
    await pruneRevisions(this.options.layout);
  }

  /** Deletes servers and backends that are out of use and free; never waits. Resolves to whether some are left. */
  async retire(): Promise<boolean> {
    const { inForce, options } = this;
    if (inForce === null || !this.retiring) return false;
    this.seen = null;
    const { state } = await readBack(options.layout.adminSocket);
    const retired = retirements(state, inForce.state);
    this.retiring = retired.length > 0 && (await applyRetirements(options.layout.adminSocket, retired)) > 0;
    return this.retiring;
  }
}
