import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { EnvironmentVersionDto } from "#server/contract/asset";
import { ApiError } from "../fixtures/api";
import { examine } from "../fixtures/examine";
import { nextWords, OpenAiClient, wordsAfter } from "../fixtures/openai/client";
import { expect, test } from "../fixtures/test";
import type { World } from "../fixtures/world";

const server = readFileSync(path.join(path.dirname(fileURLToPath(import.meta.url)), "../fixtures/openai/server.py"), "utf8");
const port = 8000;
const route = (at: string) => ({ path: at, port });
const routes = { liveness: route("/alive"), readiness: route("/loaded"), scoring: route("/v1/chat/completions") };
const text = "the cat sat on the mat and the cat ate the fish and the dog sat on the cat";
const model = nextWords(text);
const expected = wordsAfter(model, "the", 5);
/** Nothing is installed: both images add one file to one that is there. */
const budgetMs = 120_000;

async function deploy(world: World, endpoint: string, name: string, environment: EnvironmentVersionDto, modelId: string): Promise<string> {
  const { api } = world;
  await api.createDeployment(endpoint, {
    name,
    model: modelId,
    modelMountPath: "/models",
    environment: environment.id,
    environmentVariables: { MODEL_NAME: `${name}-words` },
    instanceType: "sluice.small",
    requestSettings: { requestTimeoutMs: 20_000, maxConcurrentRequestsPerInstance: 4, maxQueueWaitMs: 5000 },
    readinessProbe: { initialDelaySeconds: 1, periodSeconds: 1, timeoutSeconds: 2, successThreshold: 1, failureThreshold: 60 },
  });
  const { instances } = await api.ready(endpoint, name, budgetMs);
  return instances.find((instance) => instance.ready)?.id ?? "";
}

async function clientOf(world: World, endpoint: string, deployment: string): Promise<OpenAiClient> {
  const { gatewayUrl, caFile } = world.product;
  const { primaryKey } = await world.api.keys(endpoint);
  return new OpenAiClient(`${gatewayUrl}/endpoints/${endpoint}/v1`, primaryKey, caFile, { "azureml-model-deployment": deployment });
}

async function expectCompletions(client: OpenAiClient, name: string): Promise<void> {
  const chat = { model: name, messages: [{ role: "user" as const, content: "on the" }], max_tokens: 5 };
  expect(await client.call("GET", "/models")).toMatchObject({ status: 200, body: { data: [{ id: name }] } });
  expect(await client.call("POST", "/chat/completions", chat)).toMatchObject({
    status: 200,
    body: { choices: [{ message: { role: "assistant", content: expected.join(" ") } }] },
  });
  const completion = await client.call("POST", "/completions", { model: name, prompt: "on the", max_tokens: 5 });
  expect(completion).toMatchObject({ status: 200, body: { choices: [{ text: expected.join(" ") }] } });
  // The server's own refusal, in its own words, as the model's failure.
  const unknown = await client.call("POST", "/chat/completions", { ...chat, model: "other" });
  expect(unknown).toMatchObject({ status: 424, body: { error: { code: "model_not_found" } } });

  const events = await client.stream(chat);
  const words = events.slice(0, -1).map(({ data }) => (JSON.parse(data) as { choices: { delta: { content: string } }[] }).choices[0]?.delta.content.trim());
  expect([...words, events.at(-1)?.data]).toEqual([...expected, "[DONE]"]);
  // The server rests 150 ms after each word: a gateway that collects the answer would hand out all words at its end.
  expect((events.at(-1)?.atMs ?? 0) - (events[0]?.atMs ?? 0)).toBeGreaterThan(500);
}

test("a server of one's own answers its own protocol through the gateway, streams included, by declared routes or below a prefix", async ({ world }) => {
  const { api, engine } = world;
  const base = await engine.inferenceImage();
  const name = world.name("words");
  const file = await api.upload("next-words.json", Buffer.from(JSON.stringify(model)));
  const { id: modelId } = await api.createModel(name, { rootName: "next-words.json", isFile: true, uploads: [{ uploadId: file, path: "next-words.json" }] });
  const endpoint = await world.endpoint("byoc");

  await test.step("an image as it is, with several routes", async () => {
    const image = "sluice-test/openai:1";
    await engine.buildImage(image, `FROM ${base}\nCOPY server.py /srv/server.py\nCMD ["python", "/srv/server.py"]\n`, { "server.py": server });
    const inferenceConfig = { ...routes, scoringRoutes: ["/v1/models", "/v1/completions"] };
    const environment = await api.createEnvironment({ name: world.name("openai-image"), image, inferenceConfig });
    const instance = await deploy(world, endpoint, "blue", environment, modelId);
    const client = await clientOf(world, endpoint, "blue");
    await expectCompletions(client, "blue-words");
    expect(await client.call("GET", "/private")).toMatchObject({ status: 404, body: { error: { code: "RouteNotFound" } } });
    const chat = { model: "blue-words", messages: [{ role: "user", content: "on the" }], max_tokens: 5 };
    const { checks } = await examine(world, endpoint, "blue", { body: JSON.stringify(chat), contentType: "application/json" });
    expect(checks.find((check) => check.name === "response")?.measurements).not.toEqual([]);
    expect(await engine.exec(engine.instance(instance), ["sh", "-c", "echo $AZUREML_MODEL_DIR; ls $AZUREML_MODEL_DIR; id -u"])).toBe(
      `/models/${name}/1\nnext-words.json\n1001\n`,
    );
    client.close();
  });

  await test.step("a Dockerfile with a context, and a command, a user and shared memory of its own", async () => {
    const dockerfile = 'ARG BASE\nFROM ${BASE}\nCOPY server.py /srv/server.py\nENTRYPOINT ["python"]\nCMD ["/nothing.py"]\n';
    const files = { Dockerfile: dockerfile, "server.py": server };
    const uploads = [];
    for (const [at, content] of Object.entries(files)) uploads.push({ uploadId: await api.upload(at, Buffer.from(content)), path: at });
    const context = await api.createCode(world.name("openai-context"), { rootName: "context", isFile: false, uploads });
    const environment = await api.createEnvironment({
      name: world.name("openai-built"),
      contextCode: context.id,
      buildArgs: { BASE: base },
      inferenceConfig: {
        liveness: { path: "/alive", port: 9000 },
        readiness: { path: "/loaded", port: 9000 },
        scoring: { path: "/v1/chat/completions", port: 9000 },
        pathPrefix: "/v1",
      },
      container: { command: ["/srv/server.py", "--port", "9000"], user: "1500:0", sharedMemoryMib: 96 },
    });
    const instance = await deploy(world, endpoint, "green", environment, modelId);
    const client = await clientOf(world, endpoint, "green");
    await expectCompletions(client, "green-words");
    expect(await client.call("GET", "/private")).toMatchObject({ status: 200, body: { secret: true } });
    expect(await engine.exec(engine.instance(instance), ["sh", "-c", "id -u; id -g; df -m /dev/shm | tail -1 | awk '{print $2}'"])).toBe("1500\n0\n96\n");
    client.close();
  });
});

test("how a container is run is refused where policy does not allow it, naming the field", async ({ world }) => {
  const { api } = world;
  const wish = (container: Parameters<typeof api.createEnvironment>[0]["container"]) =>
    api.createEnvironment({ name: world.name("policy"), image: "example/server:1", inferenceConfig: routes, container }).catch((error: unknown) => error);
  for (const [container, code] of [
    [{ user: "0" }, "environment.user_not_allowed"],
    [{ user: "nginx" }, "environment.user_not_allowed"],
    [{ command: [] }, "environment.command_invalid"],
    [{ sharedMemoryMib: 0.5 }, "environment.shared_memory_invalid"],
  ] as const) {
    const refusal = await wish(container);
    expect(refusal).toBeInstanceOf(ApiError);
    expect(refusal).toMatchObject({ status: 400, code });
  }
  const greedy = await api.createEnvironment({
    name: world.name("policy"),
    image: "example/server:1",
    inferenceConfig: routes,
    container: { sharedMemoryMib: 4096 },
  });
  const endpoint = await world.endpoint("policy");
  const refused = await api.createDeployment(endpoint, { name: "blue", environment: greedy.id, instanceType: "sluice.small" }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ status: 400, code: "deployment.shared_memory_too_large" });
});
