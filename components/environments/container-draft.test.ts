import { describe, expect, it } from "vitest";
import { createEnvironmentVersionSchema } from "../../server/contract/asset";
import { blankContainer, containerProblems, containerWish, type ContainerDraft } from "./container-draft";

const chat: ContainerDraft = {
  ...blankContainer,
  image: " example/chat:1 ",
  liveness: "/alive",
  readiness: "/loaded",
  scoring: "/v1/chat/completions",
  routes: "/v1/models\n\n /v1/completions ",
  command: "serve\n--port\n8000",
  user: "1000:1000",
  sharedMemoryMib: "128",
};

describe("a container of one's own", () => {
  it("comes to a request that the server's own schema takes", () => {
    expect(containerProblems(chat)).toEqual({});
    expect(createEnvironmentVersionSchema.parse({ name: "chat", ...containerWish(chat) })).toMatchObject({
      image: "example/chat:1",
      dockerfile: null,
      inferenceConfig: {
        liveness: { path: "/alive", port: 8000 },
        scoring: { path: "/v1/chat/completions", port: 8000 },
        scoringRoutes: ["/v1/models", "/v1/completions"],
        pathPrefix: null,
        http2: false,
      },
      container: { command: ["serve", "--port", "8000"], user: "1000:1000", sharedMemoryMib: 128 },
    });
  });

  it("is run the platform's way unless something is typed", () => {
    expect(containerWish({ ...blankContainer, image: "a" }).container).toBeNull();
    expect(containerWish({ ...blankContainer, from: "dockerfile", dockerfile: "FROM a", image: "b", prefix: "/v1" })).toMatchObject({
      dockerfile: "FROM a",
      inferenceConfig: { pathPrefix: "/v1" },
    });
    expect(containerWish({ ...blankContainer, image: "a", protocol: "http2" })).toMatchObject({ inferenceConfig: { http2: true } });
  });

  it.each<[keyof ContainerDraft, Partial<ContainerDraft>, RegExp]>([
    ["image", { image: "" }, /Name the image/],
    ["dockerfile", { from: "dockerfile", dockerfile: "FROM a\nRUM b" }, /^Line 2/],
    ["liveness", { liveness: "alive" }, /absolute path/],
    ["port", { port: "0" }, /./],
    ["port", { port: "web" }, /./],
    ["routes", { routes: "/v1\nv2" }, /absolute path/],
    ["prefix", { prefix: "v1" }, /absolute path/],
    ["user", { user: "root" }, /never run as root/],
    ["sharedMemoryMib", { sharedMemoryMib: "much" }, /./],
    ["sharedMemoryMib", { sharedMemoryMib: "0.5" }, /whole number/],
  ])("says at %s what the server would refuse", (field, over, words) => {
    expect(containerProblems({ ...chat, ...over })[field]).toMatch(words);
  });
});
