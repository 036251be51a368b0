"use client";
import { CodeBlock } from "#components/ui/code-block";
import { Facts, Section } from "#components/ui/page";
import { Skeleton } from "#components/ui/skeleton";
import { Table, TableBody, TableHead, Td, Th, Tr } from "#components/ui/table";
import type { ModelVersionDto } from "#server/contract/asset";
import { readMlmodel } from "../../server/domain/scaffold/mlmodel";
import type { SignatureField } from "../../server/domain/scaffold/types";
import { useFilePreview } from "../queries/use-assets";

const nameOf = (path: string): string => path.split("/").at(-1) ?? "";

function Fields({ label, fields }: { readonly label: string; readonly fields: readonly SignatureField[] }) {
  if (fields.length === 0) return null;
  const shaped = fields.some(({ shape }) => shape !== null);
  return (
    <Table label={label}>
      <TableHead>
        <tr>
          <Th>{label}</Th>
          <Th>Type</Th>
          {shaped ? <Th>Shape</Th> : null}
          <Th>Required</Th>
        </tr>
      </TableHead>
      <TableBody>
        {fields.map((field, index) => (
          <Tr key={`${field.name}-${String(index)}`}>
            <Td className="mono">{field.name === "" ? String(index) : field.name}</Td>
            <Td className="mono">{field.type}</Td>
            {shaped ? <Td className="mono text-muted">{field.shape === null ? "" : `[${field.shape.join(", ")}]`}</Td> : null}
            <Td className="text-muted">{field.required ? "yes" : "no"}</Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  );
}

/** What an `MLmodel` file says: flavors and signature. */
function Mlflow({ model, path }: { readonly model: ModelVersionDto; readonly path: string }) {
  const { data } = useFilePreview(model, path);
  if (data?.text == null) return null;
  const facts = readMlmodel(data.text);
  if (facts.problem !== null) return <p className="text-warn">{facts.problem}</p>;
  const flavors = facts.flavors.map(({ name, version }) => (version === null ? name : `${name} ${version}`));
  return (
    <Section title="MLflow">
      <div className="flex flex-col gap-3">
        <Facts
          facts={[
            { name: "Flavors", value: [...(facts.hasPythonFunction ? ["python_function"] : []), ...flavors].join(", ") },
            { name: "MLflow", value: facts.mlflowVersion ?? "not said" },
            { name: "Python", value: facts.pythonVersion ?? "not said" },
            { name: "Conda file", value: facts.condaFile ?? "none" },
          ]}
        />
        {facts.signature === null ? (
          <p className="text-muted">The model has no signature: input is passed on as it comes.</p>
        ) : (
          <>
            <Fields label="Input" fields={facts.signature.inputs} />
            <Fields label="Output" fields={facts.signature.outputs} />
            <Fields
              label="Parameter"
              fields={facts.signature.params.map((param) => ({ name: param.name, type: param.type, shape: null, required: param.default === null }))}
            />
          </>
        )}
      </div>
    </Section>
  );
}

function TritonConfig({ model, path }: { readonly model: ModelVersionDto; readonly path: string }) {
  const { data, isPending } = useFilePreview(model, path);
  if (isPending) return <Skeleton className="h-20" />;
  return data?.text == null ? null : <CodeBlock code={data.text} label={path} className="max-h-80" />;
}

/** What the files themselves tell about a model of a known kind. */
export function VersionInsight({ model }: { readonly model: ModelVersionDto }) {
  const mlmodel = model.files.find((file) => nameOf(file.path) === "MLmodel");
  const configs = model.type === "triton_model" ? model.files.filter((file) => nameOf(file.path) === "config.pbtxt").slice(0, 10) : [];
  return (
    <>
      {mlmodel === undefined ? null : <Mlflow model={model} path={mlmodel.path} />}
      {configs.length === 0 ? null : (
        <Section title="Triton configuration">
          <div className="flex flex-col gap-3">
            {configs.map((file) => (
              <div key={file.path} className="flex flex-col gap-1">
                <code className="text-sm text-muted">{file.path}</code>
                <TritonConfig model={model} path={file.path} />
              </div>
            ))}
          </div>
        </Section>
      )}
    </>
  );
}
