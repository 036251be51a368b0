"use client";
import { CircleAlert, CircleCheck, Info } from "lucide-react";
import { useId, useRef } from "react";
import { cn } from "../ui/cn";
import { plural } from "../ui/format";
import { useRecipe, type DependencyKind } from "./use-recipe";

export const condaExample = `name: model-env
channels:
  - conda-forge
dependencies:
  - python=3.11
  - pip
  - pip:
      - scikit-learn==1.5.2
      - joblib
      - azureml-inference-server-http
`;

export const requirementsExample = `scikit-learn==1.5.2
joblib
azureml-inference-server-http
`;

interface DependencyEditorProps {
  readonly kind: DependencyKind;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Verdict({ kind, text, goTo }: { readonly kind: DependencyKind; readonly text: string; readonly goTo: (line: number) => void }) {
  const recipe = useRecipe(kind, text);
  if (recipe === null) return <p className="text-faint">Nothing to check yet.</p>;
  return (
    <ul className="flex flex-col gap-1">
      {recipe.problems.map((problem, index) => (
        <li key={`p${index}`} className="flex gap-1.5">
          <CircleAlert aria-hidden className="mt-0.75 size-3.5 shrink-0 text-bad" />
          <span className="min-w-0 break-words">
            {problem.line === null ? null : (
              <button type="button" className="mr-1 font-medium text-accent hover:underline" onClick={() => goTo(problem.line ?? 1)}>
                Line {problem.line}
              </button>
            )}
            {problem.message} <span className="text-muted">{problem.remedy}</span>
          </span>
        </li>
      ))}
      {recipe.problems.length === 0 ? (
        <li className="flex gap-1.5">
          <CircleCheck aria-hidden className="mt-0.75 size-3.5 shrink-0 text-ok" />
          <span>
            {plural(recipe.lines.length, "package")} for Python {recipe.python.version}. Whether their versions go together is found out when the image is
            built.
          </span>
        </li>
      ) : null}
      {recipe.notes.map((note, index) => (
        <li key={`n${index}`} className="flex gap-1.5 text-muted">
          <Info aria-hidden className="mt-0.75 size-3.5 shrink-0" />
          <span className="min-w-0 break-words">
            {note.line === null ? "" : `Line ${note.line}: `}
            {note.message}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** A dependency file with line numbers, judged while it is typed by the rules that the build uses. */
export function DependencyEditor({ kind, value, onChange }: DependencyEditorProps) {
  const id = useId();
  const text = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const lines = value.split("\n").length;
  const goTo = (line: number) => {
    const before =
      value
        .split("\n")
        .slice(0, line - 1)
        .join("\n").length + (line > 1 ? 1 : 0);
    const end = value.indexOf("\n", before);
    text.current?.focus();
    text.current?.setSelectionRange(before, end < 0 ? value.length : end);
  };
  const label = kind === "conda" ? "conda.yaml" : "requirements.txt";
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <div className="overflow-hidden rounded-md border border-control/60 bg-surface focus-within:border-accent focus-within:outline-1 focus-within:outline-accent">
        <div className="flex h-8 items-center justify-between border-b border-line bg-sunken px-3">
          <label htmlFor={id} className="mono text-sm">
            {label}
          </label>
          <span className="flex gap-3">
            <button
              type="button"
              className="text-sm text-accent hover:underline"
              onClick={() => onChange(kind === "conda" ? condaExample : requirementsExample)}
            >
              Insert an example
            </button>
            <label className="cursor-pointer text-sm text-accent hover:underline has-focus-visible:outline-2">
              Open a file
              <input
                type="file"
                accept=".yaml,.yml,.txt"
                className="sr-only"
                onChange={(event) => {
                  void event.currentTarget.files?.[0]?.text().then(onChange);
                  event.currentTarget.value = "";
                }}
              />
            </label>
          </span>
        </div>
        <div className="flex font-mono text-sm leading-5">
          <div ref={gutter} aria-hidden className="num h-56 w-9 shrink-0 overflow-hidden border-r border-line bg-sunken py-1.5 pr-2 text-right text-faint">
            {Array.from({ length: lines }, (_, index) => (
              <div key={index}>{index + 1}</div>
            ))}
          </div>
          <textarea
            id={id}
            ref={text}
            value={value}
            spellCheck={false}
            wrap="off"
            onChange={(event) => onChange(event.target.value)}
            onScroll={(event) => {
              if (gutter.current !== null) gutter.current.scrollTop = event.currentTarget.scrollTop;
            }}
            aria-describedby={`${id}-verdict`}
            className={cn("scroll-thin h-56 min-w-0 flex-1 resize-none bg-transparent px-2.5 py-1.5 outline-none")}
          />
        </div>
      </div>
      <div id={`${id}-verdict`} aria-live="polite" className="min-h-5">
        <Verdict kind={kind} text={value} goTo={goTo} />
      </div>
    </div>
  );
}
