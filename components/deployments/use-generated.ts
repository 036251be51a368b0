import { useEffect } from "react";
import { useScaffold } from "../queries/use-assets";
import { isGenerated, isRuntimeOpen, type DeploymentDraft } from "./draft";

/**
 * Chooses generated parts for a recognised model of which nobody said yet what runs it. Answers why generated parts cannot serve the chosen model, or
 * null.
 */
export function useGenerated(draft: DeploymentDraft, change: (changes: Partial<DeploymentDraft>) => void, editing: boolean): string | null {
  const { generated, model } = draft;
  const { data, error } = useScaffold(model.source === "registered" ? model.ref : null, generated.framework);
  const suggests = !editing && generated.use === null && data !== undefined && data.problems.length === 0 && isRuntimeOpen(draft);
  useEffect(() => {
    if (suggests) change({ generated: { ...generated, use: true } });
  }, [suggests, generated, change]);
  if (!isGenerated(draft)) return null;
  if (error !== null) return "What the model needs could not be found out.";
  if (data === undefined) return "The model is being looked into.";
  const edited = generated.files !== null || generated.environment !== null;
  // Whoever changed the parts may have mended what was wrong with them.
  return edited && data.framework !== null ? null : (data.problems[0]?.message ?? null);
}
