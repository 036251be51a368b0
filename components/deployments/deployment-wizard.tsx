"use client";
import { useRouter } from "next/navigation";
import { useCallback } from "react";
import { Callout, ErrorCallout } from "#components/ui/callout";
import { ReviewText } from "#components/ui/review-text";
import { Wizard } from "#components/ui/wizard";
import { ExaminationPanel } from "../doctor/examination";
import { useExamination, type Examination } from "../doctor/use-examination";
import { useRecipe } from "../environments/use-recipe";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { useEnvironments } from "../queries/use-assets";
import { useInstanceTypes } from "../queries/use-compute";
import { useDraft } from "../ui/use-draft";
import type { DeploymentDto } from "#server/contract/deployment";
import { ComputeStep } from "./compute-step";
import { DeploymentSummary } from "./deployment-summary";
import { blankDraft, draftOf, needsRegistering, problemsOf, toBody, type DeploymentDraft } from "./draft";
import { useGenerated } from "./use-generated";
import { ModelStep } from "./model-step";
import { RuntimeStep } from "./runtime-step";
import { SettingsStep } from "./settings-step";
import { examineDraft, submitDeployment } from "./submit-deployment";
import { TrafficStep } from "./traffic-step";

interface DeploymentWizardProps {
  readonly endpoint: string;
  readonly taken: readonly string[];
  /** The deployment to change; null for a new one. */
  readonly existing: DeploymentDto | null;
  /** `name:version` that the wizard begins with. */
  readonly model?: string;
}

interface ReviewProps {
  readonly draft: DeploymentDraft;
  readonly endpoint: string;
  readonly existing: DeploymentDto | null;
  readonly examination: Examination;
}

function Review({ draft, endpoint, existing, examination }: ReviewProps) {
  const { endpoint: _endpoint, name, ...spec } = toBody(draft, endpoint);
  const path = `/endpoints/${endpoint}/deployments`;
  return (
    <div className="flex flex-col gap-3">
      {existing === null ? <ExaminationPanel examination={examination} /> : null}
      {needsRegistering(draft) ? (
        <Callout tone="info" title="Uploads and new environments are registered first">
          In the text below, put the version that registering gives in place of <code>VERSION</code>.
        </Callout>
      ) : null}
      {existing === null ? (
        <ReviewText method="POST" path={path} body={{ name, ...spec }} />
      ) : (
        <ReviewText method="PUT" path={`${path}/${existing.name}`} body={{ ...spec, generation: existing.generation }} />
      )}
    </div>
  );
}

function useFacts(draft: DeploymentDraft, { endpoint, existing, taken }: DeploymentWizardProps, scaffoldProblem: string | null) {
  const environments = useEnvironments().data?.items;
  const types = useInstanceTypes().data?.items;
  const recipe = useRecipe(
    draft.environment.source === "requirements" ? "requirements" : "conda",
    draft.environment.source === "registered" || draft.environment.source === "container" ? "" : draft.environment.text,
  );
  const environment =
    draft.environment.source === "registered" ? environments?.find((item) => `${item.name}:${item.version}` === draft.environment.ref) : undefined;
  const type = types?.find((item) => item.name === draft.instanceType);
  const facts = { endpoint, existing, taken, environment, dependencyProblems: recipe?.problems.length ?? 0, scaffoldProblem };
  return { environment, type, problems: problemsOf(draft, facts) };
}

/** Model, what runs it, where it runs, how it is held, its traffic, review. */
export function DeploymentWizard(props: DeploymentWizardProps) {
  const { endpoint, existing } = props;
  const router = useRouter();
  // What was begun with a chosen model is a draft of its own, so that it neither shows in the other one nor is hidden by it.
  const key =
    existing === null
      ? `sluice.new-deployment.${endpoint}${props.model === undefined ? "" : `.${props.model}`}`
      : `sluice.edit-deployment.${existing.id}.${existing.generation}`;
  const { draft, change, clear } = useDraft<DeploymentDraft>(key, existing === null ? blankDraft(endpoint, props.model) : draftOf(existing));
  const { environment, type, problems } = useFacts(draft, props, useGenerated(draft, change, existing !== null));
  const submit = useAction((input: DeploymentDraft) => submitDeployment(input, endpoint, existing, change), {
    invalidates: () => [queryKeys.endpoint(endpoint), queryKeys.endpoints(), queryKeys.models(), queryKeys.codes(), queryKeys.environments()],
    success: (deployment) => (existing === null ? `${deployment.name} is being created` : `${deployment.name} is being updated`),
    onSuccess: (deployment) => {
      const offer = existing === null && draft.share > 0 ? `?share=${draft.share}` : "";
      router.push(`/endpoints/${endpoint}/deployments/${deployment.name}${offer}`);
      clear();
    },
  });
  const { mutate: submitMutate } = submit;
  const create = useCallback(() => submitMutate(draft), [submitMutate, draft]);
  const examination = useExamination(() => examineDraft(draft, endpoint, change), create);
  const begin = existing === null && examination.comesFirst ? examination.start : create;
  const step = { draft, change, editing: existing !== null };
  return (
    <Wizard
      label={existing === null ? "Steps to a new deployment" : "Steps to change the deployment"}
      current={draft.step}
      reached={draft.reached}
      onStep={(next) => {
        examination.forget();
        change({ step: next, reached: Math.max(next, draft.reached) });
      }}
      busy={submit.isPending || submit.isSuccess || examination.starting}
      submitLabel={existing === null ? examination.submitLabel : "Apply the change"}
      onSubmit={begin}
      error={submit.error === null ? null : <ErrorCallout error={submit.error.problem} />}
      steps={[
        { title: "Model", problems: Object.values(problems.model), body: <ModelStep {...step} problems={problems.model} /> },
        { title: "Environment and code", problems: Object.values(problems.runtime), body: <RuntimeStep {...step} problems={problems.runtime} /> },
        { title: "Compute", problems: Object.values(problems.compute), body: <ComputeStep {...step} problems={problems.compute} /> },
        { title: "Settings", problems: Object.values(problems.settings), body: <SettingsStep {...step} problems={problems.settings} /> },
        ...(existing === null ? [{ title: "Traffic", problems: [], body: <TrafficStep {...step} problems={{}} endpoint={endpoint} /> }] : []),
        { title: "Review", problems: [], body: <Review draft={draft} endpoint={endpoint} existing={existing} examination={examination} /> },
      ]}
      summary={
        <DeploymentSummary
          draft={draft}
          type={type}
          environment={environment}
          existing={existing}
          running={existing?.instanceType === draft.instanceType ? existing.instances.filter((instance) => instance.desiredState === "Running").length : 0}
        />
      }
    />
  );
}
