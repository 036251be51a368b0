import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { snippet, tritonSnippet } from "./snippets";

const input = { url: "https://localhost:8443/endpoints/a/score", body: `{"data": [[1, 'x']]}`, deployment: "blue" };

describe("snippets", () => {
  it("of gRPC dial the gateway, name the endpoint's host, and never hold a key", () => {
    const text = tritonSnippet("https://localhost:8443/endpoints/a/score", "https://a.endpoints.localhost:8443/score");
    expect(text).toContain('"localhost:8443"');
    expect(text).toContain('host = "a.endpoints.localhost"');
    expect(text).toContain("SLUICE_KEY");
    expect(tritonSnippet("https://ml.example.com/endpoints/a/score", "https://a.endpoints.ml.example.com/score")).toContain('"ml.example.com:443"');
  });

  it("of the shell reach the command as they were, quotes included", () => {
    const command = snippet("curl", input).replace(/^curl/, "printf '%s\\n'");
    const words = execFileSync("sh", ["-c", command], { encoding: "utf8" }).split("\n");
    expect(words).toContain(input.body);
    expect(words).toContain("azureml-model-deployment: blue");
  });

  it("of Python and JavaScript name address, body and pin, and never hold a key", () => {
    for (const language of ["python", "javascript"] as const) {
      const text = snippet(language, input);
      expect(text).toContain(JSON.stringify(input.url));
      expect(text).toContain(JSON.stringify(input.body));
      expect(text).toContain("SLUICE_KEY");
    }
    expect(snippet("python", { ...input, deployment: null })).not.toContain("azureml-model-deployment");
  });
});
