/** Headers of one connection, which are not handed on, and the way to the mirror's own. */
const notHandedOn = new Set(["connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade", "expect", "trailer"]);
const ofTheMirror = new Set(["x-sluice-shadows", "x-sluice-tolerance", "x-sluice-shadow"]);

/** Name, value, name, value, as they came, without those of the connection. */
export function endToEnd(raw: readonly string[], without: ReadonlySet<string> = new Set()): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = "", value = ""] = raw.slice(index, index + 2);
    const lower = name.toLowerCase();
    if (!notHandedOn.has(lower) && !without.has(lower)) kept.push(name, value);
  }
  return kept;
}

/** Of a call on its way to the model: the front of that way needs to know whose it is, the mirror's own headers end here. */
export const handedOn = (raw: readonly string[]): string[] => endToEnd(raw, ofTheMirror);

const sized = new Set([...ofTheMirror, "content-length", "x-sluice-arrival", "x-sluice-deadline-ms", "azureml-model-deployment"]);

/** Of a copy for one shadow: with a length of its own, as the whole body is at hand. */
export const copied = (raw: readonly string[], shadow: string): string[] => [...endToEnd(raw, sized), "x-sluice-shadow", shadow];

/** What the proxy said about who answered, see `render/mirror.ts`: milliseconds to the first byte and the model's own status, 0 when none answered. */
export function toldByProxy(answered: string | undefined): { readonly modelMs: number; readonly modelStatus: number } {
  const [, , , modelMs = "", modelStatus = ""] = (answered ?? "").split("|");
  return { modelMs: modelMs === "" ? -1 : Number(modelMs), modelStatus: Number(modelStatus) || 0 };
}
