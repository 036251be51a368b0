import path from "node:path";
import type { Locator, Page } from "@playwright/test";
import type { EnvironmentVersionDto } from "#server/contract/asset";
import { watchConsole } from "../fixtures/console-guard";
import { barColors, lineColors, squareColor } from "../fixtures/pages/charts";
import { deleteDeployment, watchBuild, watchReady } from "../fixtures/pages/deployment-page";
import { archiveModel, deleteEndpoint, findInLog, openTab } from "../fixtures/pages/endpoint-pages";
import { scoreInConsole } from "../fixtures/pages/test-console";
import { TrafficPage } from "../fixtures/pages/traffic-page";
import { createDeployment, createEndpoint } from "../fixtures/pages/wizards";
import { failures } from "../fixtures/scorer";
import { screensOf, type Look } from "../fixtures/screens";
import { signIn } from "../fixtures/sign-in";
import { countByDeployment, deviations } from "../fixtures/statistics";
import { expect, test } from "../fixtures/test";
import { trainModels, type Trained } from "../fixtures/trained";
import { until } from "../fixtures/until";
import type { World } from "../fixtures/world";

interface Journey {
  readonly page: Page;
  readonly look: Look;
  readonly world: World;
  readonly endpoint: string;
  readonly trained: Trained;
}

/** The example's packages. A release that never was is excluded by the run's own number, so that no cache of the engine answers for the build. */
const condaFile = (): string => `name: journey
channels:
  - conda-forge
dependencies:
  - python=3.11
  - numpy=2.3.1
  - scipy=1.16.0
  - scikit-learn=1.7.0
  - joblib=1.5.1
  - pip
  - pip:
      - threadpoolctl>=3.1.0,!=0.0.${String(Date.now())}
      - azureml-inference-server-http
`;

async function deployBlue({ page, look, world, endpoint, trained }: Journey): Promise<void> {
  await createDeployment(page, look, endpoint, {
    name: "blue",
    model: { name: `${endpoint}-linear`, files: trained.linear },
    code: { name: `${endpoint}-code`, folder: path.join(world.product.root, "examples/diabetes/onlinescoring") },
    environment: { name: `${endpoint}-env`, condaFile: condaFile() },
    instanceType: "sluice.small",
  });
  await watchBuild(page, look, "scikit-learn==1.7.0");
  await watchReady(page, 240_000);
  await look("blue-ready");
}

async function deployGreen({ page, look, endpoint, trained }: Journey): Promise<void> {
  await createDeployment(page, look, endpoint, {
    name: "green",
    model: { name: `${endpoint}-boosted`, files: trained.boosted },
    code: { registered: `${endpoint}-code:1` },
    environment: { registered: `${endpoint}-env:1` },
    instanceType: "sluice.small",
  });
  await watchReady(page, 120_000);
  await look("green-ready");
}

async function giveAllToBlue({ page, look }: Journey): Promise<void> {
  const traffic = await TrafficPage.open(page);
  await traffic.type("blue", 100);
  const receipt = await traffic.apply(look, /^blue 0 % → 100 %/);
  expect(receipt).toMatchObject({ acknowledged: 1, gateways: 1 });
}

async function scoreThreePatients({ page, look, trained }: Journey): Promise<void> {
  const answer = await scoreInConsole(page, { data: [trained.patient, trained.patient, trained.patient] });
  await look("test-console");
  expect(answer.status).toBe("200");
  expect(answer.headers).toMatchObject({ "azureml-model-deployment": "blue" });
  expect(answer.timing).toMatch(/^[\d.,]+ m?s in all · queue [\d.,]+ ms · model [\d.,]+ ms · gateway and network [\d.,]+ ms$/);
  const progressions = answer.body as number[];
  expect(progressions).toHaveLength(3);
  // A year's disease progression is between 25 and 346 in the data that the model learnt from.
  for (const progression of progressions) expect(Math.abs(progression - 185)).toBeLessThan(185);
}

async function splitByMouse({ page, look }: Journey): Promise<void> {
  const traffic = await TrafficPage.open(page);
  await traffic.drag("blue", "green", 70);
  const receipt = await traffic.apply(look, /^green 0 % → 30 %.*; blue 100 % → 70 %/);
  await look("traffic-applied");
  expect(receipt).toMatchObject({ acknowledged: 1, gateways: 1 });
  expect(receipt.milliseconds).toBeLessThan(3000);
}

async function scoreThousand({ world, endpoint, trained }: Journey): Promise<void> {
  const scorer = await world.scorer(endpoint);
  const half = () => scorer.many(500, 2, { body: { data: [trained.patient] } });
  const first = await half();
  // Charts have a value per minute, and a line needs two.
  const minute = () => Math.floor(Date.now() / 60_000);
  const before = minute();
  await until("the next minute", () => minute() > before, { limitMs: 61_000 });
  const answers = [...first, ...(await half())];
  expect(failures(answers)).toEqual([]);
  const counts = countByDeployment(answers);
  expect(deviations(counts["green"] ?? 0, 1000, 0.3), JSON.stringify(counts)).toBeLessThan(5);
}

/** The squares beside both names, as the page of all deployments paints them. */
async function colorsOf({ page }: Journey): Promise<readonly string[]> {
  await openTab(page, "Deployments");
  const row = (name: string): Locator => page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
  const colors = [await squareColor(row("blue")), await squareColor(row("green"))];
  expect(new Set(colors).size).toBe(2);
  return colors.toSorted();
}

async function seeCharts(journey: Journey): Promise<void> {
  const { page, look } = journey;
  const colors = await colorsOf(journey);
  await look("deployments");
  await openTab(page, "Monitoring");
  const latency = page.getByRole("region", { name: "Latency" });
  await expect.poll(() => lineColors(latency), { timeout: 90_000 }).toEqual(colors);
  await look("monitoring");
  await openTab(page, "Cost");
  const cost = page.getByRole("img", { name: /^Cost per day/ });
  await expect.poll(() => barColors(cost), { timeout: 90_000 }).toEqual(colors);
  await look("cost");
}

async function undoSplit({ page, look, world, endpoint, trained }: Journey): Promise<void> {
  const traffic = await TrafficPage.open(page);
  const receipt = await traffic.undo("blue 100");
  await look("traffic-undone");
  expect(receipt).toMatchObject({ acknowledged: 1, gateways: 1 });
  const scorer = await world.scorer(endpoint);
  expect(countByDeployment(await scorer.many(100, 2, { body: { data: [trained.patient] } }))).toEqual({ blue: 100 });
}

async function deleteAll({ page, look, world, endpoint }: Journey): Promise<void> {
  await openTab(page, "Deployments");
  await page.getByRole("link", { name: "green", exact: true }).click();
  await deleteDeployment(page, look, "green");
  await deleteEndpoint(page, look, endpoint);
  for (const model of ["linear", "boosted"]) await archiveModel(page, look, `${endpoint}-${model}`);
  await until("nothing to be left", async () => (await world.engine.leftovers()).length === 0, { limitMs: 60_000 }).catch(async () => {
    expect(await world.engine.leftovers()).toEqual([]);
  });
}

/** Gives back the disk that the image takes, which the product would keep for a week. */
async function dropImage({ world, endpoint }: Journey): Promise<void> {
  const { build } = await world.api.call<EnvironmentVersionDto>("GET", `/environments/${endpoint}-env/versions/1`);
  await world.engine.docker.getImage(build?.imageRef ?? "none").remove();
}

test("somebody signs in, deploys two models, splits the traffic, watches, and takes everything down in the browser", async ({ page, world }, info) => {
  const complaints = watchConsole(page);
  const trained = await test.step("train two models", () => trainModels(world, info.outputPath("trained")));
  const journey: Journey = { page, look: screensOf(page, "journey"), world, endpoint: world.reserve("journey"), trained };
  await test.step("sign in", async () => {
    await signIn(page, world.product.email, world.product.password);
    await expect(page).toHaveURL(/\/endpoints$/);
  });
  await test.step("create the endpoint", () => createEndpoint(page, journey.look, journey.endpoint, "Disease progression, by the journey."));
  await test.step("deploy blue and watch it build", () => deployBlue(journey));
  await test.step("give blue all traffic", () => giveAllToBlue(journey));
  await test.step("score in the test console", () => scoreThreePatients(journey));
  await test.step("deploy green", () => deployGreen(journey));
  await test.step("drag the divider to 70/30", () => splitByMouse(journey));
  await test.step("score a thousand times", () => scoreThousand(journey));
  await test.step("see both on the charts", () => seeCharts(journey));
  await test.step("find the console's request in the log", async () => {
    await findInLog(page, "scored 3 rows");
    await journey.look("logs");
  });
  await test.step("undo the split", () => undoSplit(journey));
  await test.step("delete everything", () => deleteAll(journey));
  await dropImage(journey);
  expect(complaints).toEqual([]);
});
