"use client";
import dynamic from "next/dynamic";
import { useRef } from "react";
import { Badge } from "#components/ui/badge";
import { Button } from "#components/ui/button";
import { Callout, ErrorCallout } from "#components/ui/callout";
import { Choice } from "#components/ui/choice";
import { CodeBlock } from "#components/ui/code-block";
import { Combobox } from "#components/ui/combobox";
import { Field } from "#components/ui/field";
import { Skeleton } from "#components/ui/skeleton";
import { Tabs } from "#components/ui/tabs";
import { createModelVersionAction } from "#server/actions/models";
import type { ScaffoldDto } from "#server/contract/scaffold";
import { frameworks, type Framework } from "#server/domain/scaffold/types";
import { toProblem } from "../queries/fetcher";
import { queryKeys } from "../queries/keys";
import { useAction } from "../queries/use-action";
import { useScaffold } from "../queries/use-assets";
import { nothingGenerated } from "./draft";
import { frameworkWords } from "./framework-words";
import type { StepProps } from "./model-step";

/** The editor is large and only this step needs it. */
const CodeEditor = dynamic(() => import("#components/ui/code-editor").then((module) => module.CodeEditor), {
  ssr: false,
  loading: () => <Skeleton className="h-104" />,
});

function RegisterFirst({ draft, change }: StepProps) {
  const { uploaded, name } = draft.model;
  const register = useAction(createModelVersionAction, {
    invalidates: () => [queryKeys.models()],
    success: (model) => `${model.name}:${model.version} is registered`,
    onSuccess: (model) =>
      change({ model: { ...draft.model, source: "registered", ref: `${model.name}:${model.version}` }, generated: { ...nothingGenerated, use: true } }),
  });
  if (uploaded === null) return null;
  return (
    <Callout tone="info" title="Code and environment can be made from the model">
      <p>For models of MLflow, ONNX, TorchScript, scikit-learn, LightGBM, XGBoost, Triton and AutoML. It is registered first, to be looked into.</p>
      <Button className="mt-2" size="sm" disabled={register.isPending} onClick={() => register.mutate({ name, content: uploaded.content })}>
        Register the model and look into it
      </Button>
      {register.error === null ? null : <ErrorCallout className="mt-2" error={register.error.problem} />}
    </Callout>
  );
}

/** Whether code and environment are made from the model; asked only when there is a model to make them from. */
export function GeneratedChoice(props: StepProps) {
  const { draft, change } = props;
  if (draft.model.source === "upload") return <RegisterFirst {...props} />;
  if (draft.model.source === "none" || draft.model.ref === null) return null;
  return (
    <Choice
      legend="What runs the model"
      value={draft.generated.use === true ? "generated" : "own"}
      onChange={(value) => change({ generated: { ...draft.generated, use: value === "generated" } })}
      options={[
        { value: "generated", text: "Made from the model" },
        { value: "own", text: "Code and environment of your own" },
      ]}
    />
  );
}

function Recognised({ scaffold, draft, change }: { readonly scaffold: ScaffoldDto } & StepProps) {
  const choose = (framework: string | null) => change({ generated: { ...nothingGenerated, use: true, framework: framework as Framework | null } });
  return (
    <div className="flex flex-col gap-2.5">
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone={scaffold.framework === null ? "warn" : "ok"}>{scaffold.framework === null ? "Not recognised" : frameworkWords[scaffold.framework]}</Badge>
        <span className="font-medium break-words">{scaffold.title}</span>
      </p>
      {scaffold.problems.map((problem) => (
        <Callout key={problem.message} tone="warn" title={problem.message} hint={problem.remedy} />
      ))}
      {scaffold.notes.length === 0 ? null : (
        <ul className="list-disc pl-4 text-muted">
          {scaffold.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <Field label="Treat it as" hint="Choose here when it was recognised as something else than it is.">
        {(control) => (
          <div className="max-w-100">
            <Combobox
              control={control}
              options={[
                { value: "", text: "What it was recognised as" },
                ...frameworks.map((framework) => ({ value: framework, text: frameworkWords[framework] })),
              ]}
              value={draft.generated.framework ?? ""}
              onChange={(value) => choose(value === "" ? null : value)}
              placeholder="What it was recognised as"
            />
          </div>
        )}
      </Field>
    </div>
  );
}

const isSwagger = (path: string): boolean => /^swagger\d*\.json$/.test(path);
const fileNames = { conda: "conda.yaml", requirements: "requirements.txt", dockerfile: "Dockerfile" } as const;

function Files({ scaffold, draft, change }: { readonly scaffold: ScaffoldDto } & StepProps) {
  const { generated } = draft;
  const set = (changes: Partial<typeof generated>) => change({ generated: { ...generated, ...changes } });
  const { code, environment, sampleRequest } = scaffold;
  const files = generated.files ?? code?.files ?? [];
  const editFile = (path: string, content: string) =>
    set({ files: files.map((file) => (file.path === path ? { path, content } : file)), scoringScript: code?.scoringScript ?? null });
  const text = generated.environment?.text ?? environment?.text ?? "";
  const kind = environment?.kind ?? "requirements";
  const editable = kind === "dockerfile" ? null : kind;
  const name = fileNames[kind];
  const edited = generated.files !== null || generated.environment !== null;
  const fileTab = ({ path, content }: { readonly path: string; readonly content: string }) => ({
    value: path,
    text: <code className="text-sm">{path}</code>,
    content: <CodeEditor label={path} path={path} value={content} onChange={(value) => editFile(path, value)} />,
  });
  const title = useRef<HTMLHeadingElement>(null);
  const undo = () => {
    set({ files: null, scoringScript: null, environment: null });
    // The button is gone then; the keyboard goes on from here.
    title.current?.focus();
  };
  const hint =
    files.length > 0 || editable !== null
      ? "Change them as you like; they go with this deployment alone."
      : "As they are built; to change them, take code and environment of your own.";
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div className="flex min-h-7 flex-wrap items-center justify-between gap-x-3">
        <h3 ref={title} tabIndex={-1} className="font-semibold focus:outline-none">
          Generated files
        </h3>
        {edited ? (
          <Button size="sm" variant="ghost" onClick={undo}>
            Undo all changes
          </Button>
        ) : (
          <span className="text-sm text-faint">{hint}</span>
        )}
      </div>
      <Tabs
        label="Generated files"
        tabs={[
          ...files.filter(({ path }) => !isSwagger(path)).map(fileTab),
          {
            value: name,
            text: <code className="text-sm">{name}</code>,
            content: (
              <CodeEditor
                label={name}
                path={name}
                value={text}
                {...(editable === null ? {} : { onChange: (value: string) => set({ environment: { kind: editable, text: value } }) })}
              />
            ),
          },
          ...(sampleRequest === null
            ? []
            : [
                {
                  value: "sample",
                  text: "A request to try",
                  content: <CodeBlock label="A request to try" code={JSON.stringify(sampleRequest, null, 2)} className="max-h-104" />,
                },
              ]),
          // What hardly anybody changes comes last: a row of tabs may be too long for its place.
          ...files.filter(({ path }) => isSwagger(path)).map(fileTab),
        ]}
      />
    </div>
  );
}

/** What was recognised, and the code and environment that come of it, to be edited before anything is made. */
export function GeneratedPart(props: StepProps) {
  const { draft, problems } = props;
  const { data, error } = useScaffold(draft.model.ref, draft.generated.framework);
  if (error !== null) return <ErrorCallout error={toProblem(error)} />;
  if (data === undefined) return <Skeleton className="h-60" />;
  return (
    <>
      <Recognised {...props} scaffold={data} />
      {data.framework === null ? null : <Files {...props} scaffold={data} />}
      {problems["generated"] === undefined || data.problems.length > 0 ? null : <p className="text-sm text-bad">{problems["generated"]}</p>}
    </>
  );
}
