import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { conformanceAreas, conformancePage } from "./table";

const root = fileURLToPath(new URL("../../../", import.meta.url));

describe("conformance cases", () => {
  it("are at least 150, each under a name of its own with a rule", () => {
    const names = conformanceAreas.flatMap(({ title, cases }) => cases.map(({ name }) => `${title}: ${name}`));
    expect(names.length).toBeGreaterThanOrEqual(150);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    for (const { cases } of conformanceAreas) for (const { name, rule } of cases) expect(rule.length, name).toBeGreaterThan(0);
  });

  it("stand on their page", async () => {
    await expect(conformancePage()).toMatchFileSnapshot(path.join(root, "docs/conformance.md"));
  });
});
