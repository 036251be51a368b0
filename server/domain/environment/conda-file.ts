import { isMap, isSeq, parseDocument } from "yaml";
import { parseCondaFile } from "./conda";
import { inferenceServerPackage, namesInferenceServer } from "./recipe";

/** The file as conda gets it: with the inference server in its `pip:` list, and pip itself, unless it names them. The file must be readable. */
export function condaFileWithServer(text: string): string {
  const { dependencies, pip } = parseCondaFile(text);
  if (namesInferenceServer([...dependencies, ...pip].map((entry) => entry.text))) return text;
  const document = parseDocument(text);
  const list = document.get("dependencies");
  if (!isSeq(list)) return text;
  const pipMap = list.items.find((item) => isMap(item) && item.has("pip"));
  const known = isMap(pipMap) ? pipMap.get("pip") : null;
  if (isSeq(known)) known.add(inferenceServerPackage);
  else if (isMap(pipMap)) pipMap.set("pip", [inferenceServerPackage]);
  else list.add(document.createNode({ pip: [inferenceServerPackage] }));
  if (!dependencies.some(({ text: entry }) => /^pip\b/.test(entry))) list.items.unshift(document.createNode("pip"));
  return document.toString();
}
