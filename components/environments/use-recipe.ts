"use client";
import { useDeferredValue, useMemo } from "react";
import { environmentRecipe } from "../../server/domain/environment/recipe";
import type { EnvironmentRecipe } from "../../server/domain/environment/recipe-types";

export type DependencyKind = "conda" | "requirements";

// The interpreters that the platform's base images have.
const pythons = ["3.11"];

/** What the platform makes of a dependency file while it is being typed; null while it is empty. */
export function useRecipe(kind: DependencyKind, text: string): EnvironmentRecipe | null {
  const settled = useDeferredValue(text);
  return useMemo(() => {
    if (settled.trim() === "") return null;
    return environmentRecipe({ condaFile: kind === "conda" ? settled : null, requirements: kind === "requirements" ? settled : null }, { pythons });
  }, [kind, settled]);
}
