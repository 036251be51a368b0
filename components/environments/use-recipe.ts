"use client";
import { useDeferredValue, useMemo } from "react";
import { environmentRecipe } from "../../server/domain/environment/recipe";
import type { EnvironmentRecipe } from "../../server/domain/environment/recipe-types";

export type DependencyKind = "conda" | "requirements";

// The choice among several interpreters is made where the base images are; here any supported one will do to judge the text.
const pythons = ["3.11", "3.10", "3.12", "3.9", "3.13"];

/** What the platform makes of a dependency file while it is being typed; null while it is empty. */
export function useRecipe(kind: DependencyKind, text: string): EnvironmentRecipe | null {
  const settled = useDeferredValue(text);
  return useMemo(() => {
    if (settled.trim() === "") return null;
    return environmentRecipe({ condaFile: kind === "conda" ? settled : null, requirements: kind === "requirements" ? settled : null }, { pythons });
  }, [kind, settled]);
}
