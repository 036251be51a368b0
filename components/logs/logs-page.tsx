"use client";
import { useMemo, useState } from "react";
import { ErrorCallout } from "#components/ui/callout";
import type { EndpointDto } from "#server/contract/endpoint";
import { useEndpoint } from "../queries/use-endpoints";
import { useLogHistory } from "../queries/use-log-history";
import { formatCount } from "../ui/format";
import { DownloadLog } from "./download-log";
import { LogFooter } from "./log-footer";
import { LogSearch } from "./log-filters";
import { logContainerNames, readPlace, type LogPlace } from "./log-place";
import { LogView } from "./log-view";
import { PlaceRow } from "./place-row";
import { visibleLines } from "./prepare/model";
import { useLinkedLine } from "./use-linked-line";
import { useLogFilter } from "./use-log-filter";
import { useLogHits } from "./use-log-hits";

/** Lines of an endpoint's containers, also of gone ones, back to the oldest that is kept: filter, search, follow, link, download. */
export function LogsPage({ initial, search: params }: { readonly initial: EndpointDto; readonly search: Readonly<Record<string, string | undefined>> }) {
  const { data: endpoint = initial } = useEndpoint(initial.name, initial);
  const [place, setPlace] = useState(() => readPlace(params));
  const { level, setLevel, wish, setWish, filter, keep, problem } = useLogFilter();
  const linked = useLinkedLine(`/endpoints/${encodeURIComponent(endpoint.name)}/logs`, place);

  const [at, setAt] = useState<string | null | undefined>(undefined);
  if (at === undefined && linked.line !== null) setAt(linked.line.id);
  const log = useLogHistory(
    `/endpoints/${encodeURIComponent(endpoint.name)}/logs`,
    {
      container: place.container,
      ...(place.deployment === "" ? {} : { deployment: place.deployment }),
      ...(place.instance === "" ? {} : { instanceId: place.instance }),
    },
    { at: at ?? null, keep, enabled: at !== undefined },
  );
  const { lines, older, atEnd, sources } = log.window;
  const visible = useMemo(() => visibleLines(lines, filter), [lines, filter]);
  const { loadOlder, loadNewer } = log;
  const moreOlder = useMemo(() => (older === null ? undefined : () => void loadOlder()), [older, loadOlder]);
  const moreNewer = useMemo(() => (atEnd ? undefined : () => void loadNewer()), [atEnd, loadNewer]);
  const hits = useLogHits(lines, visible, moreOlder ?? null);
  const matching = `${hits.index === -1 ? "" : `${formatCount(hits.index + 1)} of `}${formatCount(visible.hits.length)} matching lines${older === null && atEnd ? "" : " so far"}`;
  const several = place.deployment === "" && (endpoint.deployments.length > 1 || new Set(sources.map((source) => source.deployment)).size > 1);

  return (
    <div className="flex flex-col gap-3">
      <PlaceRow
        endpoint={endpoint}
        place={place}
        sources={sources}
        level={level}
        onLevel={setLevel}
        onPlace={(next) => {
          setPlace(next);
          setAt(null);
          linked.move(next, null);
        }}
      />
      <LogSearch
        wish={wish}
        change={(part) => {
          setWish((before) => ({ ...before, ...part }));
          if (part.text !== undefined) hits.forget();
        }}
        problem={problem}
        status={hits.searching ? "searching older lines…" : filter.search === null ? "" : matching}
        canStep={filter.search !== null && (visible.hits.length > 0 || older !== null)}
        onStep={hits.step}
      >
        <DownloadLog read={log.read} filter={filter} fileName={`${endpoint.name}-${place.container}.log`} disabled={lines.length === 0} />
      </LogSearch>
      {log.error === null ? null : <ErrorCallout error={log.error} />}
      <div className="flex flex-col gap-1">
        <LogView
          lines={lines}
          follow
          height={560}
          label={`${logContainerNames[place.container]} log`}
          emptyText={emptyText(log.loaded, log.window.read, older !== null, place)}
          shown={visible.shown}
          search={filter.search}
          look={{
            wrap: wish.wrap,
            times: wish.relative ? "relative" : "absolute",
            ...(several ? { colors: Object.fromEntries(endpoint.deployments.map((item) => [item.name, item.color])) } : {}),
          }}
          selectedId={linked.line?.id ?? null}
          onSelect={linked.copy}
          currentHit={hits.position}
          onNearStart={log.reading === null ? moreOlder : undefined}
          onNearEnd={moreNewer}
          {...(atEnd ? {} : { onJump: log.toNewest })}
        />
        <LogFooter window={log.window} shown={visible.shown.length} reading={log.reading === "older"} />
      </div>
    </div>
  );
}

function emptyText(loaded: boolean, read: number, more: boolean, { container }: LogPlace): string {
  if (!loaded) return "Reading the log…";
  if (read > 0) return more ? "No match yet; reading older lines…" : "No line that is kept matches.";
  if (container === "image-build") return "No image was built: the deployment's environment is an image that was there already.";
  if (container === "doctor") return "The doctor has tried nothing here that is kept. Ask it on a deployment's page, or before one is created.";
  return "No line yet. Lines appear about a second after they were written.";
}
