"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { ErrorCallout } from "#components/ui/callout";
import { Choice } from "#components/ui/choice";
import { Field } from "#components/ui/field";
import { Checkbox, Input } from "#components/ui/input";
import { createEnvironmentVersionAction } from "#server/actions/environments";
import { assetNameSchema } from "#server/contract/asset";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { condaExample, DependencyEditor, requirementsExample } from "./dependency-editor";
import { useRecipe } from "./use-recipe";

type Source = "conda" | "requirements" | "image";

/** A new version of an environment from a dependency file, an image, or both. */
export function NewEnvironment({ name: initialName }: { readonly name: string }) {
  const router = useRouter();
  const [name, setName] = useState(initialName);
  const [image, setImage] = useState("");
  const [source, setSource] = useState<Source>("conda");
  const [texts, setTexts] = useState({ conda: condaExample, requirements: requirementsExample });
  const [build, setBuild] = useState(true);
  const recipe = useRecipe(source === "requirements" ? "requirements" : "conda", source === "image" ? "" : texts[source]);
  const parsedName = assetNameSchema.safeParse(name);
  const create = useAction(createEnvironmentVersionAction, {
    invalidates: () => [queryKeys.environments()],
    success: (environment) => `${environment.name}:${environment.version} is registered`,
    onSuccess: (environment) => router.push(`/environments/${encodeURIComponent(environment.name)}`),
  });
  const complete =
    parsedName.success && (source === "image" ? image.trim() !== "" : texts[source].trim() !== "" && recipe !== null && recipe.problems.length === 0);
  return (
    <form
      noValidate
      className="flex max-w-200 flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (complete)
          create.mutate({
            name,
            image: image.trim() === "" ? null : image.trim(),
            condaFile: source === "conda" ? texts.conda : null,
            requirements: source === "requirements" ? texts.requirements : null,
            build: source !== "image" && build,
          });
      }}
    >
      <Field label="Name" error={name === "" || parsedName.success ? null : parsedName.error.issues[0]?.message} hint="An existing name gets a new version.">
        {(control) => (
          <Input
            {...control}
            autoFocus
            required
            value={name}
            onChange={(event) => setName(event.target.value)}
            className="mono max-w-100"
            spellCheck={false}
            autoComplete="off"
            placeholder="sklearn"
          />
        )}
      </Field>
      <Choice
        legend="Made from"
        value={source}
        onChange={setSource}
        options={[
          { value: "conda", text: "Conda file" },
          { value: "requirements", text: "pip requirements" },
          { value: "image", text: "Image only" },
        ]}
      />
      {source === "image" ? null : (
        <DependencyEditor kind={source} value={texts[source]} onChange={(text) => setTexts((before) => ({ ...before, [source]: text }))} />
      )}
      <Field
        label={
          source === "image" ? (
            "Image"
          ) : (
            <>
              Base image <span className="font-normal text-faint">optional</span>
            </>
          )
        }
        hint={source === "image" ? "An image that serves by itself, or that has all its packages." : "Empty for the platform's own inference base."}
      >
        {(control) => (
          <Input {...control} value={image} onChange={(event) => setImage(event.target.value)} className="mono" spellCheck={false} autoComplete="off" />
        )}
      </Field>
      {source === "image" ? null : (
        <label className="flex items-center gap-2">
          <Checkbox checked={build} onChange={(event) => setBuild(event.target.checked)} />
          Build the image now, not with the first deployment
        </label>
      )}
      {create.error === null ? null : <ErrorCallout error={create.error.problem} />}
      <Button type="submit" variant="primary" className="self-start" disabled={!complete} busy={create.isPending || create.isSuccess}>
        Create environment
      </Button>
    </form>
  );
}
