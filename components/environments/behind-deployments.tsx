"use client";
import Link from "next/link";
import { RollButton } from "#components/deployments/roll-button";
import { useCan } from "#components/shell/me";
import { Select } from "#components/ui/input";
import { Section } from "#components/ui/page";
import { updateEnvironmentAction } from "#server/actions/environments";
import type { EnvironmentVersionDto } from "#server/contract/asset";
import { sourceOf } from "#server/domain/environment/types";
import { rollPolicies, type RollPolicy } from "#server/domain/environment/base-refresh";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";

const words: Readonly<Record<RollPolicy, string>> = { manual: "Deployments wait for Roll", automatic: "Deployments roll by themselves" };

function Policy({ environment }: { readonly environment: EnvironmentVersionDto }) {
  const update = useAction(updateEnvironmentAction, { invalidates: () => [queryKeys.environments()], toastError: true });
  return (
    <label className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-muted">
      When a newer image is ready
      <Select
        value={environment.rollPolicy}
        disabled={update.isPending}
        onChange={(event) => {
          const rollPolicy = rollPolicies.find((policy) => policy === event.target.value);
          if (rollPolicy !== undefined) update.mutate({ name: environment.name, rollPolicy });
        }}
        className="w-auto"
      >
        {rollPolicies.map((policy) => (
          <option key={policy} value={policy}>
            {words[policy]}
          </option>
        ))}
      </Select>
    </label>
  );
}

/** Whether the image is somebody else's, used as it is: only a registry knows whether another one has its name by now. */
const isForeign = (environment: EnvironmentVersionDto): boolean => sourceOf(environment) === "image" && environment.image !== null;

function standing(environment: EnvironmentVersionDto): string {
  if (isForeign(environment)) return "The image is used as it is: rolling a deployment looks up what its name stands for now, and nothing rolls by itself.";
  return environment.usedBy.length === 0 ? "No deployment uses this version." : "Every deployment runs the newest image.";
}

/** Which deployments run an older image of this version than there is, and whether they move by themselves. */
export function BehindDeployments({ environment }: { readonly environment: EnvironmentVersionDto }) {
  const canWrite = useCan("contributor");
  return (
    <Section title="Image patching" actions={canWrite && !isForeign(environment) ? <Policy environment={environment} /> : undefined}>
      {environment.behind.length === 0 ? (
        <p className="text-muted">{standing(environment)}</p>
      ) : (
        <ul aria-label="Deployments behind" className="divide-y divide-line rounded-lg border border-line bg-surface">
          {environment.behind.map(({ endpoint, deployment }) => (
            <li key={`${endpoint}/${deployment}`} className="flex items-center justify-between gap-2 px-3 py-2">
              <span className="flex min-w-0 flex-wrap gap-x-2">
                <Link className="text-accent hover:underline" href={`/endpoints/${endpoint}/deployments/${deployment}`}>
                  {endpoint}/{deployment}
                </Link>
                <span className="text-muted">runs an older image</span>
              </span>
              {canWrite ? <RollButton endpoint={endpoint} deployment={deployment} /> : null}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
