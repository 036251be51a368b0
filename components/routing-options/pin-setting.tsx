import { Checkbox } from "#components/ui/input";
import type { EndpointDto } from "#server/contract/endpoint";
import { pinPlaces } from "#server/domain/routing-options/types";
import { Setting, type SettingProps } from "./setting";

const words = { path: "By the path", host: "By the host name" } as const;

/** The endpoint's address with a deployment chosen in it. */
const chosen = ({ name, scoringUri, hostScoringUri, deployments }: EndpointDto) => {
  const label = `${deployments[0]?.name ?? "<deployment>"}--${name}`;
  return { path: scoringUri.replace(`/endpoints/${name}/`, `/endpoints/${label}/`), host: hostScoringUri.replace(`//${name}.`, `//${label}.`) };
};

/** Where an address may choose a deployment. */
export function PinSetting({ draft, onChange, endpoint }: Pick<SettingProps, "draft" | "onChange"> & { readonly endpoint: EndpointDto }) {
  const addresses = chosen(endpoint);
  return (
    <Setting
      title="Addresses of deployments"
      sentence="For callers that cannot send the header azureml-model-deployment: an address may choose the deployment. Only keys that may pin can."
    >
      {pinPlaces.map((place) => (
        <label key={place} className="flex min-w-0 items-start gap-2">
          <Checkbox
            className="mt-1"
            checked={draft.pinBy.includes(place)}
            onChange={(event) => onChange({ ...draft, pinBy: event.target.checked ? [...draft.pinBy, place] : draft.pinBy.filter((other) => other !== place) })}
          />
          <span className="min-w-0">
            {words[place]}
            <code className="block text-sm break-all text-muted">{addresses[place]}</code>
          </span>
        </label>
      ))}
    </Setting>
  );
}
