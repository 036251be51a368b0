import { execFile } from "node:child_process";
import { createWriteStream, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { zipEntries } from "#server/artifacts/zip-reader";
import { accessToken } from "../fixtures/api";
import { watchConsole } from "../fixtures/console-guard";
import { dockerBuild, packagesIn, scoreByReadme, scoreInDevContainer } from "../fixtures/docker-project";
import { deployExample } from "../fixtures/example";
import { screensOf } from "../fixtures/screens";
import { ownerContext } from "../fixtures/sign-in";
import { expect, test } from "../fixtures/test";
import { trainModels } from "../fixtures/trained";

const execute = promisify(execFile);
/** Training, a deployment, and the same image once more under the command's own name; found by content in later runs. */
const budgetMs = 600_000;

async function unzip(file: string, folder: string): Promise<void> {
  for await (const entry of zipEntries(file, 1000)) {
    const place = path.join(folder, entry.path);
    await mkdir(path.dirname(place), { recursive: true });
    await pipeline(entry.content, createWriteStream(place));
  }
}

test("a deployment's project is downloaded, unpacked, brought up on one's own engine and predicts the same", async ({ world, browser }, info) => {
  test.setTimeout(budgetMs);
  const { product } = world;
  const trained = await trainModels(world, info.outputPath("trained"));
  const endpoint = await deployExample(world, "project", path.dirname(trained.linear));
  const body = { data: [trained.patient] };
  const served = await (await world.scorer(endpoint)).score({ body });
  expect(served.status, served.body).toBe(200);

  const context = await ownerContext(browser, product);
  const page = await context.newPage();
  const complaints = watchConsole(page);
  await page.goto(`/endpoints/${endpoint}/deployments/blue`);
  await page.getByRole("button", { name: "Download project" }).click();
  await expect(page.getByRole("menuitem", { name: "Without the model" })).toBeVisible();
  await screensOf(page, "project")("menu");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "With the model" }).click()]);
  expect(download.suggestedFilename()).toBe(`${endpoint}-blue.zip`);
  const zip = info.outputPath("project.zip");
  await download.saveAs(zip);
  expect(complaints).toEqual([]);
  await context.close();
  await unzip(zip, info.outputPath("unzipped"));
  const project = info.outputPath("unzipped", `${endpoint}-blue`);

  await test.step("its Dockerfile builds an image with the same packages, which predicts the same by the README's command and as a dev container", async () => {
    const tag = `sluice-project-test:${endpoint}`;
    await dockerBuild(world, project, tag);
    try {
      const { image } = await world.api.deployment(endpoint, "blue");
      expect(await packagesIn(world, tag)).toEqual(await packagesIn(world, image?.reference ?? ""));
      expect(await scoreByReadme(world, project, tag, body)).toEqual(JSON.parse(served.body));
      expect(await scoreInDevContainer(world, project, body)).toEqual(JSON.parse(served.body));
    } finally {
      await world.engine.docker.getImage(tag).remove({ force: true });
    }
  });

  const env = {
    ...process.env,
    DOCKER_HOST: `unix://${product.dockerSocket}`,
    SLUICE_HOME: info.outputPath("home"),
    XDG_STATE_HOME: info.outputPath("state"),
    SLUICE_URL: product.studioUrl,
    SLUICE_TOKEN: await accessToken(product),
  };
  const sluice = (...words: readonly string[]) => execute(process.execPath, [path.join(product.root, "cli/sluice.mjs"), ...words], { env, timeout: 400_000 });
  try {
    await sluice("local", "up", "-f", path.join(project, "deployment.yml"));
    const { stdout } = await sluice("local", "invoke", "-e", endpoint, "--data", JSON.stringify(body));
    expect(JSON.parse(stdout)).toEqual(JSON.parse(served.body));
  } finally {
    await sluice("local", "down", "--all");
  }

  await test.step("the command fetches the same folder, with the model apart", async () => {
    const folder = info.outputPath("fetched");
    await sluice("project", "download", endpoint, "blue", "--to", folder, "--no-model");
    const place = path.join(folder, `${endpoint}-blue`);
    expect(readFileSync(path.join(place, "model/FETCH.md"), "utf8")).toContain(`sluice model download ${endpoint}-model:1 --to model`);
    await sluice("model", "download", `${endpoint}-model:1`, "--to", path.join(place, "model"));
    const model = path.relative(project, path.join(project, "model", path.basename(path.dirname(trained.linear)), "model.joblib"));
    for (const name of ["deployment.yml", "docker/Dockerfile", model])
      expect(readFileSync(path.join(place, name))).toEqual(readFileSync(path.join(project, name)));
    await expect(sluice("project", "download", endpoint, "blue", "--to", folder)).rejects.toThrow(/exists\.\n→ Name an empty folder/);
    await expect(sluice("project", "download", endpoint, "nowhere")).rejects.toThrow(`There is no deployment nowhere in ${endpoint}.`);
  });
});
