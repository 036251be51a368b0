import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = ["server/**/*", "cli/**/*", "components/**/*", "prisma/**/*", "scripts/**/*"];
const files = (suffix: string) => source.map((folder) => `${folder}.${suffix}`);
const special = ["integration", "docker", "gateway"].flatMap((layer) => files(`${layer}.test.{ts,mjs}`));

const guard = fileURLToPath(new URL("node_modules/server-only/empty.js", import.meta.url));

/** One project per layer of the test table; layers that share a machine's engine or cores run their files one after another. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", sequence: { groupOrder: 0 }, include: files("test.{ts,mjs}"), exclude: [...special, "node_modules/**"], testTimeout: 20_000 } },
      // The guard package throws outside of React's server condition, which only Next sets; what it guards is tested here.
      {
        resolve: { alias: { "server-only": guard } },
        test: {
          name: "integration",
          sequence: { groupOrder: 1 },
          include: files("integration.test.ts"),
          testTimeout: 90_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "docker",
          sequence: { groupOrder: 2 },
          include: files("docker.test.{ts,mjs}"),
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "gateway",
          sequence: { groupOrder: 3 },
          include: files("gateway.test.ts"),
          testTimeout: 90_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
