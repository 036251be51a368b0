import { Choice } from "#components/ui/choice";
import { Checkbox } from "#components/ui/input";
import { Setting, type SettingProps } from "./setting";

const ways = [
  { value: "mapped", text: "As 424" },
  { value: "unchanged", text: "Unchanged" },
] as const;

/** How the model's answers reach callers. */
export function AnswerSetting({ draft, onChange, disabled }: Pick<SettingProps, "draft" | "onChange"> & { readonly disabled: boolean }) {
  return (
    <Setting
      title="Answers of the model"
      sentence="The model's own errors arrive as 424 with its status in the header ms-azureml-model-error-statuscode, or with the status that it gave. The gateway's own errors stay as they are, and carry x-ms-error-code."
    >
      <Choice
        legend="The model's errors arrive"
        value={draft.modelErrors}
        onChange={(modelErrors) => onChange({ ...draft, modelErrors })}
        options={ways.map((way) => ({ ...way, disabled }))}
      />
      <label className="flex items-start gap-2">
        <Checkbox className="mt-1" checked={draft.compression} onChange={(event) => onChange({ ...draft, compression: event.target.checked })} />
        <span>
          Compress answers
          <span className="block text-sm text-muted">
            Text and JSON of 1 KiB and more, by gzip, for callers that take it. Streams of events pass as they are.
          </span>
        </span>
      </label>
    </Setting>
  );
}
