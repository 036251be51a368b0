"use client";
import { ContainerEditor } from "#components/environments/container-editor";
import { DependencyEditor, condaExample, requirementsExample } from "#components/environments/dependency-editor";
import { Choice } from "#components/ui/choice";
import { Combobox } from "#components/ui/combobox";
import { Field, type FieldControlProps } from "#components/ui/field";
import { Input } from "#components/ui/input";
import { useCodes, useEnvironments } from "../queries/use-assets";
import { AssetPicker, withCurrent } from "./asset-picker";
import { isGenerated, type EnvironmentChoice } from "./draft";
import { GeneratedChoice, GeneratedPart } from "./generated-part";
import type { StepProps } from "./model-step";

function ScriptInput({
  control,
  draft,
  change,
  scripts,
}: { readonly control: FieldControlProps; readonly scripts: readonly string[] } & Pick<StepProps, "draft" | "change">) {
  return (
    <>
      <Input
        {...control}
        list={`${control.id}-scripts`}
        value={draft.scoringScript}
        onChange={(event) => change({ scoringScript: event.target.value })}
        className="mono max-w-100"
        placeholder="score.py"
        spellCheck={false}
        autoComplete="off"
      />
      <datalist id={`${control.id}-scripts`}>
        {scripts.map((script) => (
          <option key={script} value={script} />
        ))}
      </datalist>
    </>
  );
}

function CodePart({ draft, change, problems }: StepProps) {
  const { data } = useCodes();
  const codes = data?.items ?? [];
  const registered = codes.find((code) => `${code.name}:${code.version}` === draft.code.ref);
  const scripts = draft.code.source === "registered" ? (registered?.scoringScripts ?? []) : (draft.code.uploaded?.scoringScripts ?? []);
  const hint =
    scripts.length > 0
      ? `Found with init() and run(): ${scripts.join(", ")}.`
      : draft.code.uploaded?.scoringScripts === null
        ? "The archive is looked into when it is registered."
        : "The Python file with init() and run(), relative to the code folder.";
  return (
    <>
      <AssetPicker
        what="code folder"
        legend="Code"
        choice={draft.code}
        onChange={(changes) => {
          const found = changes.uploaded?.scoringScripts?.[0] ?? codes.find((code) => `${code.name}:${code.version}` === changes.ref)?.scoringScripts[0];
          change({ code: { ...draft.code, ...changes }, ...(found === undefined ? {} : { scoringScript: found }) });
        }}
        options={withCurrent(
          codes.map((code) => ({ value: `${code.name}:${code.version}`, text: `${code.name}:${code.version}`, note: code.scoringScripts.join(", ") })),
          draft.code.ref,
        )}
        noneText="None"
        problem={problems["code"]}
        touched={draft.reached > 1 || draft.code.source !== "upload"}
      />
      {draft.code.source === "none" ? (
        problems["code"] === undefined ? null : (
          <p className="text-sm text-bad">{problems["code"]}</p>
        )
      ) : (
        <Field label="Scoring script" error={draft.scoringScript === "" ? null : problems["scoringScript"]} hint={hint}>
          {(control) => <ScriptInput control={control} draft={draft} change={change} scripts={scripts} />}
        </Field>
      )}
    </>
  );
}

function EnvironmentPart({ draft, change, problems }: StepProps) {
  const { data } = useEnvironments();
  const { environment } = draft;
  const set = (changes: Partial<EnvironmentChoice>) => change({ environment: { ...environment, ...changes } });
  const options = (data?.items ?? []).map((item) => ({
    value: `${item.name}:${item.version}`,
    text: `${item.name}:${item.version}`,
    note: `${item.curated ? "curated, " : ""}${
      item.build === null ? "built with the first deployment" : item.build.state === "Succeeded" ? "image ready" : `image ${item.build.state.toLowerCase()}`
    }`,
  }));
  return (
    <div className="flex flex-col gap-2.5">
      <Choice
        legend="Environment"
        value={environment.source}
        onChange={(source) => {
          const isExample = environment.text === "" || environment.text === condaExample || environment.text === requirementsExample;
          const text = source === "conda" ? condaExample : source === "requirements" ? requirementsExample : "";
          set({ source, ...(isExample && source !== "registered" ? { text } : {}) });
          // A container that serves by itself has its code inside.
          if (source === "container" && draft.code.uploaded === null && draft.code.ref === null) change({ code: { ...draft.code, source: "none" } });
        }}
        options={[
          { value: "registered", text: "Registered" },
          { value: "conda", text: "Conda file" },
          { value: "requirements", text: "pip requirements" },
          { value: "container", text: "Own container" },
        ]}
      />
      {environment.source === "registered" ? (
        <Field label="Registered environment" error={draft.reached > 1 ? problems["environment"] : undefined} hint="Image and Python packages.">
          {(control) => (
            <Combobox
              control={control}
              options={withCurrent(options, environment.ref)}
              value={environment.ref}
              onChange={(ref) => set({ ref })}
              placeholder="Choose an environment"
            />
          )}
        </Field>
      ) : (
        <>
          {environment.source === "container" ? (
            <ContainerEditor value={draft.container} onChange={(container) => change({ container })} />
          ) : (
            <DependencyEditor kind={environment.source} value={environment.text} onChange={(text) => set({ text })} />
          )}
          <Field
            label="Name of the environment"
            error={draft.reached > 1 ? problems["environment"] : undefined}
            hint="Registered under this name, to be used again."
          >
            {(control) => (
              <Input
                {...control}
                value={environment.name}
                onChange={(event) => set({ name: event.target.value })}
                className="mono max-w-100"
                spellCheck={false}
                autoComplete="off"
              />
            )}
          </Field>
        </>
      )}
    </div>
  );
}

/** What runs the model: made from it, or code with its scoring script and the image around it. */
export function RuntimeStep(props: StepProps) {
  const { draft } = props;
  return (
    <>
      <GeneratedChoice {...props} />
      {isGenerated(draft) ? (
        <GeneratedPart {...props} />
      ) : (
        <>
          <CodePart {...props} />
          <hr className="border-line" />
          <EnvironmentPart {...props} />
        </>
      )}
    </>
  );
}
