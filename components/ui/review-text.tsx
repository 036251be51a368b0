import { CodeBlock } from "./code-block";
import { toCurl, toYaml } from "./request-text";
import { Tabs } from "./tabs";

/** The same wish from the other two doors: as YAML and as a command. */
export function ReviewText({ method, path, body }: { readonly method: string; readonly path: string; readonly body: object }) {
  return (
    <Tabs
      label="The same as text"
      tabs={[
        { value: "yaml", text: "YAML", content: <CodeBlock label="YAML" code={toYaml(body)} className="max-h-100" /> },
        { value: "curl", text: "Command", content: <CodeBlock label="command" code={toCurl(method, path, body)} className="max-h-100" /> },
      ]}
    />
  );
}
