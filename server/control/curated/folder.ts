import { readCurated, type CuratedEnvironment } from "#server/domain/environment/curated";
import { torchEnvironment } from "#server/domain/scaffold/torch";
import { readProductTexts } from "#server/kernel/product-texts";

/** The definitions in `images/curated`; one that breaks the rules stops the process, since only a mistake of the product's can do that. */
export function readCuratedFolder(root: string, torchIndexUrl: string | null): readonly CuratedEnvironment[] {
  const texts = readProductTexts(root, ["curated", "serving", "torch", "triton"]);
  const read = (path: string): string => {
    // The same text as for a model that is served without an environment, so that both share one image.
    const text = path === "torch/Dockerfile" ? torchEnvironment(texts, torchIndexUrl).text : texts.get(path);
    if (text === undefined) throw new Error(`images/${path} is named by a curated environment and does not exist`);
    return text;
  };
  return [...texts].filter(([path]) => /^curated\/.*\.yaml$/.test(path)).map(([, text]) => readCurated(text, read));
}
