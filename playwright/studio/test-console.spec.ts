import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { watchConsole } from "../fixtures/console-guard";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";

const modelFolder = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), "fixtures/model");
const example = { echo: "from the swagger" };
const swagger = {
  swagger: "2.0",
  info: { title: "sample", version: "1.0" },
  paths: { "/score": { post: { parameters: [{ name: "serviceInputPayload", in: "body", schema: { $ref: "#/definitions/ServiceInput" } }] } } },
  definitions: { ServiceInput: { type: "object", example } },
};
const probe = { initialDelaySeconds: 1, periodSeconds: 1, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 30 };

test("the console begins with the sample that the deployment's swagger gives, and scores it", async ({ browser, world }) => {
  test.setTimeout(240_000);
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-console-"));
  cpSync(modelFolder, folder, { recursive: true });
  writeFileSync(path.join(folder, "swagger2.json"), JSON.stringify(swagger));
  const code = await world.api.createCode(world.name("console"), await world.api.uploadFolder(folder));
  const environment = await world.api.createEnvironment({ name: "test-inference", description: "The platform's own inference image." });
  const endpoint = await world.endpoint("console");
  const parts = { code: code.id, environment: environment.id, scoringScript: "score.py", instanceType: "sluice.nano", readinessProbe: probe };
  await world.api.createDeployment(endpoint, { name: "blue", ...parts });
  await world.api.ready(endpoint, "blue");
  await world.api.setTraffic(endpoint, { blue: 100 });

  const context = await ownerContext(browser, world.product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  await page.goto(`/endpoints/${endpoint}/test`);
  const body = page.getByLabel("Body", { exact: true });
  await expect(body).toHaveValue(JSON.stringify(example, null, 2), { timeout: 30_000 });
  await body.fill('{"echo": "typed"}');
  await page.getByRole("group", { name: "Samples" }).getByRole("button", { name: "From the swagger" }).click();
  await expect(body).toHaveValue(JSON.stringify(example, null, 2));
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByLabel("Answer", { exact: true })).toContainText("from the swagger", { timeout: 30_000 });
  expect(complaints).toEqual([]);
  await context.close();
});
