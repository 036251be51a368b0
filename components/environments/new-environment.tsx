"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { RegisterForm, useRegisterDraft } from "#components/assets/register-form";
import { Choice } from "#components/ui/choice";
import { Field } from "#components/ui/field";
import { Checkbox, Input } from "#components/ui/input";
import { createEnvironmentVersionAction } from "#server/actions/environments";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { blankContainer, containerProblems, containerWish } from "./container-draft";
import { ContainerEditor } from "./container-editor";
import { condaExample, DependencyEditor, requirementsExample } from "./dependency-editor";
import { useRecipe } from "./use-recipe";

type Source = "conda" | "requirements" | "image" | "container";

const sources: readonly { readonly value: Source; readonly text: string }[] = [
  { value: "conda", text: "Conda file" },
  { value: "requirements", text: "pip requirements" },
  { value: "image", text: "Image only" },
  { value: "container", text: "Own container" },
];

interface FormState {
  readonly source: Source;
  readonly image: string;
  readonly texts: { readonly conda: string; readonly requirements: string };
  readonly container: typeof blankContainer;
  readonly build: boolean;
}

const first: FormState = {
  source: "conda",
  image: "",
  texts: { conda: condaExample, requirements: requirementsExample },
  container: blankContainer,
  build: true,
};

/** Whether an image has to be made, so that it can be made now. */
const isBuilt = ({ source, container }: FormState): boolean => (source === "container" ? container.from === "dockerfile" : source !== "image");

/** The part of the request that the chosen source comes to. */
function wishOf(state: FormState) {
  const { source, image, texts, container } = state;
  const build = isBuilt(state) && state.build;
  if (source === "container") return { ...containerWish(container), build };
  return {
    image: image.trim() === "" ? null : image.trim(),
    condaFile: source === "conda" ? texts.conda : null,
    requirements: source === "requirements" ? texts.requirements : null,
    build,
  };
}

interface PartProps {
  readonly state: FormState;
  readonly change: (changes: Partial<FormState>) => void;
}

function ImageField({ state: { source, image }, change }: PartProps) {
  return (
    <Field
      label={source === "image" ? "Image" : "Base image"}
      optional={source !== "image"}
      hint={source === "image" ? "An image that has the inference server and all its packages." : "Empty for the platform's own inference base."}
    >
      {(control) => (
        <Input {...control} value={image} onChange={(event) => change({ image: event.target.value })} className="mono" spellCheck={false} autoComplete="off" />
      )}
    </Field>
  );
}

/** What the environment is made from, and the fields of that. */
function SourceFields(props: PartProps) {
  const { state, change } = props;
  const { source, texts } = state;
  return (
    <>
      <Choice legend="Made from" value={source} onChange={(source) => change({ source })} options={sources} />
      {source === "conda" || source === "requirements" ? (
        <DependencyEditor kind={source} value={texts[source]} onChange={(text) => change({ texts: { ...texts, [source]: text } })} />
      ) : null}
      {source === "container" ? <ContainerEditor value={state.container} onChange={(container) => change({ container })} /> : <ImageField {...props} />}
      {isBuilt(state) ? (
        <label className="flex items-center gap-2">
          <Checkbox checked={state.build} onChange={(event) => change({ build: event.target.checked })} />
          Build the image now, not with the first deployment
        </label>
      ) : null}
    </>
  );
}

/** Whether the chosen source is filled in so that the server would take it. */
function useIsComplete({ source, image, texts, container }: FormState): boolean {
  const kind = source === "requirements" ? "requirements" : "conda";
  const needsRecipe = source === kind;
  const recipe = useRecipe(kind, needsRecipe ? texts[kind] : "");
  if (source === "container") return Object.keys(containerProblems(container)).length === 0;
  return needsRecipe ? texts[kind].trim() !== "" && recipe !== null && recipe.problems.length === 0 : image.trim() !== "";
}

/** A new version of an environment from a dependency file, an image, or both, or a container that serves by itself. */
export function NewEnvironment({ name: initialName }: { readonly name: string }) {
  const router = useRouter();
  const draft = useRegisterDraft(initialName);
  const [state, setState] = useState(first);
  const isSourceComplete = useIsComplete(state);
  const create = useAction(createEnvironmentVersionAction, {
    invalidates: () => [queryKeys.environments()],
    success: (environment) => `${environment.name}:${environment.version} is registered`,
    onSuccess: (environment) => router.push(`/environments/${encodeURIComponent(environment.name)}`),
  });
  return (
    <div className="max-w-200">
      <RegisterForm
        draft={draft}
        placeholder="sklearn"
        complete={isSourceComplete}
        busy={create.isPending || create.isSuccess}
        error={create.error?.problem ?? null}
        submitText="Create environment"
        onSubmit={() => create.mutate({ ...draft.wish, ...wishOf(state) })}
      >
        <SourceFields state={state} change={(changes) => setState((before) => ({ ...before, ...changes }))} />
      </RegisterForm>
    </div>
  );
}
