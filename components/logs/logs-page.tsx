"use client";
import { ChevronDown, ChevronUp, Download } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { Button, IconButton } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Choice } from "#components/ui/choice";
import { Checkbox, Input, Select } from "#components/ui/input";
import type { EndpointDto } from "#server/contract/endpoint";
import { saveText } from "../charts/download";
import { useEndpoint } from "../queries/use-endpoints";
import { useLogLines } from "../queries/use-log-lines";
import { plural } from "../ui/format";
import { LogView } from "./log-view";
import { logFile } from "./prepare/line";
import { visibleLines, type LineFilter } from "./prepare/model";
import { compileSearch } from "./prepare/search";

type Container = "inference-server" | "storage-initializer" | "image-build";

const containers: readonly { readonly value: Container; readonly text: string }[] = [
  { value: "inference-server", text: "Inference server" },
  { value: "storage-initializer", text: "Storage initializer" },
  { value: "image-build", text: "Image build" },
];

interface LogsPageProps {
  readonly initial: EndpointDto;
  readonly initialDeployment: string;
  readonly initialInstance: string;
}

/** Lines of an endpoint's containers, also of gone ones: filter, search, follow, download. */
export function LogsPage({ initial, initialDeployment, initialInstance }: LogsPageProps) {
  const { data: endpoint = initial } = useEndpoint(initial.name, initial);
  const [container, setContainer] = useState<Container>("inference-server");
  const [deployment, setDeployment] = useState(initialDeployment);
  const [instance, setInstance] = useState(initialInstance);
  const [level, setLevel] = useState<LineFilter["level"]>("all");
  const [text, setText] = useState("");
  const [regex, setRegex] = useState(false);
  const [onlyMatches, setOnlyMatches] = useState(false);
  const [wrap, setWrap] = useState(true);
  const [times, setTimes] = useState<"absolute" | "relative">("absolute");
  const [hit, setHit] = useState<number | null>(null);
  const [selected, setSelected] = useState<string | null>(null);
  // A link to a line carries it behind the hash, which only the browser sees.
  useEffect(() => {
    const id = new URLSearchParams(window.location.hash.slice(1)).get("line");
    if (id !== null) setSelected(id);
  }, []);

  const { lines, loaded, error } = useLogLines(endpoint.name, {
    container,
    ...(deployment === "" ? {} : { deployment }),
    ...(instance === "" ? {} : { instanceId: instance }),
  });
  const compiled = useMemo(() => compileSearch(text, regex, false), [text, regex]);
  const search = compiled.ok ? compiled.search : null;
  const visible = useMemo(() => visibleLines(lines, { search, onlyMatches, level }), [lines, search, onlyMatches, level]);
  const instances = useMemo(() => [...new Set(lines.map((line) => line.instanceId))].filter((id) => id !== ""), [lines]);
  const colors = Object.fromEntries(endpoint.deployments.map((item) => [item.name, item.color]));
  const step = (by: number) =>
    setHit((before) => (visible.hits.length === 0 ? null : ((before ?? (by > 0 ? -1 : 0)) + by + visible.hits.length) % visible.hits.length));
  const select = (id: string) => {
    setSelected(id);
    window.history.replaceState(null, "", `${window.location.pathname}${window.location.search}#${new URLSearchParams({ line: id }).toString()}`);
  };

  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Choice legend="Container" hideLegend value={container} onChange={setContainer} options={containers} />
        <Select
          aria-label="Deployment"
          value={deployment}
          onChange={(event) => {
            setDeployment(event.target.value);
            setInstance("");
          }}
          className="w-40"
        >
          <option value="">all deployments</option>
          {endpoint.deployments.map((item) => (
            <option key={item.id} value={item.name}>
              {item.name}
            </option>
          ))}
        </Select>
        <Select aria-label="Instance" value={instance} onChange={(event) => setInstance(event.target.value)} className="w-44">
          <option value="">all instances</option>
          {[...new Set([...(instance === "" ? [] : [instance]), ...instances])].map((id) => (
            <option key={id} value={id}>
              {id.slice(-8)}
            </option>
          ))}
        </Select>
        <Select aria-label="Level" value={level} onChange={(event) => setLevel(event.target.value as LineFilter["level"])} className="w-36">
          <option value="all">all lines</option>
          <option value="stderr">stderr</option>
          <option value="warning">warnings and errors</option>
          <option value="error">errors</option>
        </Select>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Input
          type="search"
          aria-label="Search the log"
          placeholder={regex ? "Regular expression" : "Search"}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setHit(null);
          }}
          className="w-64 max-w-full"
          aria-invalid={!compiled.ok}
        />
        <span role="status" className="text-sm text-muted tabular-nums">
          {!compiled.ok ? compiled.message : search === null ? "" : `${hit === null ? "" : `${hit + 1} of `}${plural(visible.hits.length, "line")}`}
        </span>
        <IconButton label="Earlier match" disabled={visible.hits.length === 0} onClick={() => step(-1)}>
          <ChevronUp aria-hidden />
        </IconButton>
        <IconButton label="Later match" disabled={visible.hits.length === 0} onClick={() => step(1)}>
          <ChevronDown aria-hidden />
        </IconButton>
        {(
          [
            ["Regular expression", regex, setRegex],
            ["Only matches", onlyMatches, setOnlyMatches],
            ["Wrap", wrap, setWrap],
          ] as const
        ).map(([label, checked, change]) => (
          <label key={label} className="flex items-center gap-1.5 text-sm text-muted">
            <Checkbox checked={checked} onChange={(event) => change(event.target.checked)} />
            {label}
          </label>
        ))}
        <label className="flex items-center gap-1.5 text-sm text-muted">
          <Checkbox checked={times === "relative"} onChange={(event) => setTimes(event.target.checked ? "relative" : "absolute")} />
          Relative time
        </label>
        <Button
          size="sm"
          className="ml-auto"
          disabled={lines.length === 0}
          onClick={() => saveText(`${endpoint.name}-${container}.log`, logFile(lines), "text/plain")}
        >
          <Download aria-hidden />
          Download
        </Button>
      </div>
      {error === null ? null : <ErrorCallout error={error} />}
      <LogView
        lines={lines}
        follow
        height={560}
        label={`${container} log`}
        emptyText={loaded ? "No line yet. Lines appear about a second after they were written." : "Reading the log…"}
        shown={visible.shown}
        search={search}
        look={{ wrap, times, ...(deployment === "" && endpoint.deployments.length > 1 ? { colors } : {}) }}
        selectedId={selected}
        onSelect={select}
        currentHit={hit === null ? null : (visible.hits[hit] ?? null)}
      />
    </div>
  );
}
