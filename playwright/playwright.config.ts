import { defineConfig } from "@playwright/test";
import { studioUrl } from "./fixtures/product-process";

/** Both projects drive one real product (database, engine, gateway, inference server) that the global set-up starts. */
export default defineConfig({
  globalSetup: "./fixtures/product.ts",
  outputDir: "../test-results",
  workers: 1,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["json"]],
  use: {
    baseURL: studioUrl,
    launchOptions: {
      executablePath: process.env["SLUICE_CHROMIUM"] ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    trace: "off",
  },
  projects: [
    { name: "studio", testDir: "./studio" },
    { name: "full", testDir: "./full", timeout: 900_000 },
  ],
});
