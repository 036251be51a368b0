"use client";
import { Choice } from "#components/ui/choice";
import { Field } from "#components/ui/field";
import { Input, Textarea } from "#components/ui/input";
import { containerProblems, type ContainerDraft } from "./container-draft";

interface EditorProps {
  readonly value: ContainerDraft;
  readonly onChange: (value: ContainerDraft) => void;
}

interface LineProps extends EditorProps {
  readonly name: keyof ContainerDraft;
  readonly label: string;
  readonly hint?: string;
  readonly optional?: boolean;
  readonly lines?: number;
  readonly problem: string | undefined;
}

function Line({ value, onChange, name, label, hint, optional = false, lines = 1, problem }: LineProps) {
  const text = value[name];
  // An empty field is not yet a mistake.
  const error = text === "" ? undefined : problem;
  return (
    <Field label={label} hint={hint} optional={optional} error={error}>
      {(control) => {
        const shared = { ...control, value: text, className: "mono", spellCheck: false, autoComplete: "off" };
        const set = (event: { readonly target: { readonly value: string } }) => onChange({ ...value, [name]: event.target.value });
        return lines === 1 ? <Input {...shared} onChange={set} /> : <Textarea {...shared} rows={lines} onChange={set} />;
      }}
    </Field>
  );
}

/** A container that serves by itself: its image, the routes it answers, and how it is run. */
export function ContainerEditor(props: EditorProps) {
  const { value, onChange } = props;
  const problems = containerProblems(value);
  const line = (name: keyof ContainerDraft, label: string, more: Omit<LineProps, keyof EditorProps | "name" | "label" | "problem"> = {}) => (
    <Line {...props} {...more} name={name} label={label} problem={problems[name]} />
  );
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <Choice
        legend="Image"
        value={value.from}
        onChange={(from) => onChange({ ...value, from })}
        options={[
          { value: "image", text: "As it is" },
          { value: "dockerfile", text: "Dockerfile" },
        ]}
      />
      {value.from === "image"
        ? line("image", "Image reference", { hint: "Such as registry.example.com/chat:1. The tag is pinned to its digest with the deployment." })
        : line("dockerfile", "Text of the Dockerfile", { lines: 8, hint: "Without files beside it; register a code folder as context by script to copy any." })}
      <div className="grid gap-3 sm:grid-cols-2">
        {line("port", "Port")}
        <Choice
          legend="Protocol of the scoring port"
          value={value.protocol}
          onChange={(protocol) => onChange({ ...value, protocol })}
          options={[
            { value: "http1", text: "HTTP/1.1" },
            { value: "http2", text: "HTTP/2, gRPC" },
          ]}
        />
        {line("scoring", "Scoring route", { hint: "Also answered as /score." })}
        {line("prefix", "Path prefix", { optional: true, hint: "Everything at and below it passes as it is, such as /v1." })}
        {line("liveness", "Liveness route")}
        {line("readiness", "Readiness route")}
        {line("routes", "Further routes", { optional: true, lines: 3, hint: "One a line. What is not declared is answered with 404." })}
      </div>
      <div className="grid gap-3 sm:grid-cols-2">
        {line("command", "Command", { optional: true, lines: 4, hint: "Program and arguments, one a line, in place of the image's." })}
        <div className="flex flex-col gap-3">
          {line("user", "User", { optional: true, hint: "A number, or user:group. Never root; 1001 if empty." })}
          {line("sharedMemoryMib", "Shared memory (MiB)", { optional: true, hint: "Part of the instance's memory; 64 if empty." })}
        </div>
      </div>
    </div>
  );
}
