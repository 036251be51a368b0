"use client";
import { Field } from "#components/ui/field";
import { Textarea } from "#components/ui/input";
import { Tabs } from "#components/ui/tabs";
import { hasFields, type FormShape } from "./form-shape";
import { readJson } from "./json";
import type { Refusal } from "./refusal";
import { TypedForm } from "./typed-form";

export type BodyView = "json" | "form";

interface RequestBodyProps {
  readonly body: string;
  /** What the swagger names; null to write JSON alone. */
  readonly shape: FormShape | null;
  readonly view: BodyView;
  readonly refusal: Refusal | null;
  readonly onView: (view: BodyView) => void;
  /** Somebody went into the JSON. */
  readonly onEnter: () => void;
  readonly onChange: (body: string) => void;
}

function bodyHint(body: string): { readonly hint?: string } {
  if (body === "") return { hint: "JSON, as the model takes it." };
  const problem = readJson(body);
  return problem === null ? {} : { hint: `Not JSON: ${problem}` };
}

function JsonBody({ body, onEnter, onChange }: Pick<RequestBodyProps, "body" | "onEnter" | "onChange">) {
  return (
    <Field label="Body" {...bodyHint(body)}>
      {(control) => (
        <Textarea
          {...control}
          rows={12}
          spellCheck={false}
          value={body}
          onFocus={onEnter}
          onChange={(event) => onChange(event.target.value)}
          className="font-mono text-sm"
        />
      )}
    </Field>
  );
}

/** What is sent, as JSON; also as a form where the deployment's swagger names what it takes. */
export function RequestBody({ shape, view, onView, refusal, ...json }: RequestBodyProps) {
  if (shape === null || !hasFields(shape)) return <JsonBody {...json} />;
  return (
    <Tabs
      label="Write the body as"
      value={view}
      onValueChange={(value) => onView(value === "form" ? "form" : "json")}
      tabs={[
        { value: "json", text: "JSON", content: <JsonBody {...json} /> },
        { value: "form", text: "Form", content: <TypedForm shape={shape} body={json.body} refusal={refusal} onChange={json.onChange} /> },
      ]}
    />
  );
}
