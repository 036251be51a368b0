import { expect, it } from "vitest";
import { rootNameOf } from "./types";

it.each([
  [{ kind: "http", url: "https://example.com/a/model%20one.pkl?token=1" } as const, "model one.pkl"],
  [{ kind: "http", url: "https://example.com/" } as const, "model"],
  [{ kind: "http", url: "https://example.com/a%2Fb" } as const, "model"],
  [{ kind: "s3", connectionId: "c", bucket: "b", key: "models/churn/" } as const, "churn"],
  [{ kind: "path", path: "/srv/models/churn.onnx" } as const, "churn.onnx"],
  [{ kind: "path", path: "/.." } as const, "model"],
])("the root of %j is %s", (source, expected) => {
  expect(rootNameOf(source)).toBe(expected);
});
