import { isMap, isScalar, isSeq, parseDocument, type YAMLSeq } from "yaml";

/** A package that has to be there, under its own name or one of the others. */
export interface WantedPackage {
  readonly name: string;
  readonly line: string;
  readonly insteadOf?: readonly string[];
}

const nameOf = (text: string): string => (/^[\w.-]+/.exec(text.replace(/^\S+::/, ""))?.[0] ?? "").toLowerCase().replaceAll("_", "-");

const namesIn = (list: YAMLSeq): readonly string[] => list.items.flatMap((item) => (isScalar(item) ? [nameOf(String(item.value))] : []));

/** Adds what is missing to the `pip:` list of a conda file and leaves everything else as it is written; text that is no conda file stays as it is. */
export function withPipPackages(text: string, wanted: readonly WantedPackage[]): string {
  const document = parseDocument(text, { logLevel: "silent" });
  const dependencies: unknown = document.errors.length > 0 || !isMap(document.contents) ? null : document.contents.get("dependencies", true);
  if (!isSeq(dependencies)) return text;
  const lists = dependencies.items.flatMap((item) => {
    const pip: unknown = isMap(item) ? item.get("pip", true) : null;
    return isSeq(pip) ? [pip] : [];
  });
  const present = [dependencies, ...lists].flatMap(namesIn);
  const missing = wanted.filter(({ name, insteadOf = [] }) => ![name, ...insteadOf].some((candidate) => present.includes(candidate)));
  if (missing.length === 0) return text;
  const [pip] = lists;
  if (pip === undefined) dependencies.add(document.createNode({ pip: missing.map(({ line }) => line) }));
  else for (const { line } of missing) pip.add(document.createNode(line));
  return document.toString({ lineWidth: 0, indentSeq: !/^dependencies:[^\n]*\n- /m.test(text) });
}
