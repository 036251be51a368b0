"use client";
import { TrafficBar } from "#components/traffic/traffic-bar";
import { Choice } from "#components/ui/choice";
import { useEndpoint } from "../queries/use-endpoints";
import type { StepProps } from "./model-step";

const shares = [0, 1, 5, 10, 25, 50, 100] as const;

/** How much of the traffic is to be offered to it once it is ready; it starts with none. */
export function TrafficStep({ draft, change, endpoint }: StepProps & { readonly endpoint: string }) {
  const { data } = useEndpoint(endpoint);
  const serving = data?.deployments.filter((deployment) => deployment.percent > 0) ?? [];
  return (
    <>
      <p className="text-muted">
        A new deployment starts with 0 %. Nobody&apos;s requests reach it, but those that name it in the header{" "}
        <code className="whitespace-nowrap">azureml-model-deployment</code>.
      </p>
      {serving.length === 0 ? null : (
        <div className="flex flex-col gap-1.5">
          <h3 className="text-sm font-medium">The split now</h3>
          <TrafficBar wished={serving} size="lg" />
        </div>
      )}
      <Choice
        legend={`Once ${draft.name === "" ? "it" : draft.name} is ready, offer to give it`}
        value={String(draft.share)}
        onChange={(share) => change({ share: Number(share) })}
        options={shares.map((share) => ({ value: String(share), text: share === 0 ? "nothing" : `${share} %` }))}
      />
      <p className="text-sm text-faint">
        {draft.share === 0
          ? "Traffic is moved with the slider of the endpoint, whenever you like."
          : `Its page then opens the slider with ${draft.share} %; nothing moves before you apply it.`}
      </p>
    </>
  );
}
