import { expect, it } from "vitest";
import { createLogger } from "./log";

it("no secret reaches a line, at whatever depth our objects have it", () => {
  const lines: string[] = [];
  const log = createLogger("test", "info", { write: (line: string) => void lines.push(line) });
  const secrets = {
    key: "s1", token: "s2", password: "s3", secret: "s4", authorization: "s5", primaryKey: "s6", secondaryKey: "s7", connectionString: "s8", databaseUrl: "s9",
    secretAccessKey: "s10", accessKeyId: "s11", clientSecret: "s12", masterKey: "s13", authSecret: "s14",
  }; // prettier-ignore
  log.info({ ...secrets, bucket: "kept" }, "at the top");
  log.info({ connection: { ...secrets, bucket: "kept" } }, "inside");
  log.info({ settings: { storage: { ...secrets, bucket: "kept" } } }, "deeper");
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    expect(line).not.toMatch(/"s\d+"/);
    expect(line).toContain('"bucket":"kept"');
  }
});
