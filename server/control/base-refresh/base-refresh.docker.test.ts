import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildText } from "#server/drivers/docker/test-harness";
import { newId } from "#server/kernel/ids";
import { testControlSettings } from "#server/testing/control-world";
import { findTestEngine } from "#server/testing/engine";
import { EngineWorld } from "#server/testing/engine-world";
import { baseRefreshKey } from "./reconcile";

const search = await findTestEngine();

/** A base with an old release of one package, and a repository in the image itself that has a newer one: what is new does not depend on the day of the test. */
const baseDockerfile = (python: string): string => `FROM ${python}
RUN rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* && mkdir -p /repo && cd /repo && for version in 1.0 2.0; do \\
      mkdir -p probe/DEBIAN && printf 'Package: sluice-probe\\nVersion: %s\\nArchitecture: all\\nMaintainer: t <t@example.com>\\nDescription: probe\\n' $version > probe/DEBIAN/control \\
      && dpkg-deb --build probe sluice-probe_$version.deb; done \\
 && dpkg -i sluice-probe_1.0.deb \\
 && (cat probe/DEBIAN/control && printf 'Filename: ./sluice-probe_2.0.deb\\nSize: %s\\nSHA256: %s\\n' "$(stat -c %s sluice-probe_2.0.deb)" "$(sha256sum sluice-probe_2.0.deb | cut -d ' ' -f 1)") > Packages \\
 && echo 'deb [trusted=yes] file:/repo ./' > /etc/apt/sources.list
`;

/** A base whose packages come from an address at which nothing listens. */
const cutOffDockerfile = (python: string): string =>
  `FROM ${python}\nRUN rm -rf /etc/apt/sources.list.d/* && echo 'deb [trusted=yes] http://127.0.0.1:9/debian ./' > /etc/apt/sources.list\n`;

/** A control plane whose platform images are this base. */
async function worldOn(tag: string, dockerfile: (python: string) => string): Promise<EngineWorld> {
  if (search.engine === null) throw new Error("no engine");
  const base = await buildText(search.engine, `sluice-test/${tag}:1`, dockerfile(search.engine.images.python), {});
  return EngineWorld.open(search.engine, { images: { ...testControlSettings.images, ...search.engine.images, python: base, inference: base } });
}

/** Asks for a refresh of the base images, and answers with how it ended. */
async function refreshed(world: EngineWorld) {
  await world.store.transaction((session) => session.baseRefreshes.request({ id: newId("baseRefresh"), requestedBy: "usr", createdAt: Date.now() }));
  await world.store.changes.append("base_refresh", baseRefreshKey);
  const ended = async () => {
    const row = await world.store.baseRefreshes.findNewest();
    return row?.finishedAt == null ? null : row;
  };
  return world.until("the refresh's end", ended, 240_000);
}

/** Budget on two busy cores: a minute. */
describe.skipIf(search.engine === null)("a refresh whose package lists cannot be fetched", () => {
  let world: EngineWorld;
  beforeAll(async () => {
    world = await worldOn("refresh-cut-off", cutOffDockerfile);
  }, 120_000);
  afterAll(() => world.close());

  it("fails and says so, and does not count as one that found nothing new", async () => {
    expect(await refreshed(world)).toMatchObject({ state: "Failed", reason: "NetworkUnreachable", changed: [] });
  }, 300_000);
});

/** Budget on two busy cores: three minutes. */
describe.skipIf(search.engine === null)("a refreshed base on a real engine", () => {
  let world: EngineWorld;
  beforeAll(async () => {
    world = await worldOn("refresh-base", baseDockerfile);
  }, 120_000);
  afterAll(() => world.close());

  it("has the newer packages, and so has what was built anew upon it, while the image of before stays what it was", async () => {
    const build = await world.build({ dockerfile: "ARG SLUICE_BASE_IMAGE\nFROM ${SLUICE_BASE_IMAGE}\nRUN true\n" });
    expect(build, JSON.stringify(await world.log(build.id))).toMatchObject({ state: "Succeeded", revision: 1 });
    const refresh = await refreshed(world);
    expect(refresh).toMatchObject({ state: "Succeeded", changed: ["platform", "platform-inference"] });
    const next = await world.until("the next image", async () => {
      const newest = await world.store.builds.findByContentHash(build.contentHash);
      return newest?.revision === 2 && newest.finishedAt !== null ? newest : null;
    });
    expect(next, JSON.stringify(await world.log(next.id))).toMatchObject({ state: "Succeeded", bases: [{ digest: refresh.images[0]?.id }] });
    const probe = async (id: string) => {
      const sbom = await world.store.sboms.find(id);
      return (sbom?.document["components"] as { name: string; version: string }[]).find(({ name }) => name === "sluice-probe")?.version;
    };
    expect([await probe(build.id), await probe(next.id)]).toEqual(["1.0", "2.0"]);
    const users = await Promise.all(refresh.images.map(async ({ reference }) => (await world.engine.docker.getImage(reference).inspect()).Config.User));
    expect(users).toEqual(["0:0", "1001:1001"]);
  }, 300_000);
});
