import { defineConfig } from "vitest/config";

const source = ["server/**/*", "components/**/*", "prisma/**/*", "scripts/**/*"];
const files = (suffix: string) => source.map((folder) => `${folder}.${suffix}`);
const special = ["integration", "docker", "gateway"].flatMap((layer) => files(`${layer}.test.{ts,mjs}`));

/** One project per layer of the test table; layers that share a machine's engine or cores run their files one after another. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: files("test.{ts,mjs}"), exclude: [...special, "node_modules/**"], testTimeout: 20_000 } },
      { test: { name: "integration", include: files("integration.test.ts"), testTimeout: 90_000, hookTimeout: 60_000, maxWorkers: 2 } },
      { test: { name: "docker", include: files("docker.test.{ts,mjs}"), testTimeout: 300_000, hookTimeout: 300_000, fileParallelism: false } },
      { test: { name: "gateway", include: files("gateway.test.ts"), testTimeout: 90_000, hookTimeout: 60_000, fileParallelism: false } },
    ],
  },
});
