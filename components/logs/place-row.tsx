"use client";
import { Choice } from "#components/ui/choice";
import { Select } from "#components/ui/input";
import type { EndpointDto } from "#server/contract/endpoint";
import { logContainers } from "#server/contract/monitoring";
import { logContainerNames, type LogPlace } from "./log-place";
import type { LineFilter } from "./prepare/model";

interface PlaceRowProps {
  readonly endpoint: EndpointDto;
  readonly place: LogPlace;
  readonly sources: readonly { readonly deployment: string; readonly instanceId: string }[];
  readonly level: LineFilter["level"];
  readonly onPlace: (place: LogPlace) => void;
  readonly onLevel: (level: LineFilter["level"]) => void;
}

/** Whose lines: container, deployment and instance, gone ones included, and how grave. */
export function PlaceRow({ endpoint, place, sources, level, onPlace, onLevel }: PlaceRowProps) {
  const living = new Set(endpoint.deployments.map((item) => item.name));
  const names = [...new Set([...living, ...sources.map((source) => source.deployment), place.deployment])].filter((name) => name !== "");
  // What the doctor tries need never have been made.
  const [gone, every] = place.container === "doctor" ? ["not there", "all trials"] : ["deleted", "all instances"];
  const runs = [...new Set([...sources.map((source) => source.instanceId), place.instance])].filter((id) => id !== "");
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Choice
        legend="Container"
        hideLegend
        value={place.container}
        onChange={(container) => onPlace({ ...place, container, instance: "" })}
        options={logContainers.map((value) => ({ value, text: logContainerNames[value] }))}
      />
      <Select
        aria-label="Deployment"
        value={place.deployment}
        onChange={(event) => onPlace({ ...place, deployment: event.target.value, instance: "" })}
        className="w-40"
      >
        <option value="">all deployments</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {living.has(name) ? name : `${name} (${gone})`}
          </option>
        ))}
      </Select>
      {place.container === "image-build" ? null : (
        <Select aria-label="Instance" value={place.instance} onChange={(event) => onPlace({ ...place, instance: event.target.value })} className="w-44">
          <option value="">
            {every} ({runs.length})
          </option>
          {runs.map((id) => (
            <option key={id} value={id}>
              {id.slice(-8)}
            </option>
          ))}
        </Select>
      )}
      <Select aria-label="Level" value={level} onChange={(event) => onLevel(event.target.value as LineFilter["level"])} className="w-44">
        <option value="all">all levels</option>
        <option value="stderr">standard error</option>
        <option value="warning">warnings and errors</option>
        <option value="error">errors</option>
      </Select>
    </div>
  );
}
