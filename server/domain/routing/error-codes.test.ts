import { expect, it } from "vitest";
import { scoringErrorCodes } from "./error-codes";

it("messages can be put into JSON and the proxy's configuration as they are, and every code says what to check", () => {
  for (const [name, { code, status, message, check }] of Object.entries(scoringErrorCodes)) {
    expect(code).toBe(name);
    expect(status).toBeGreaterThanOrEqual(400);
    // No quote, backslash, percent or line feed: each means something to one of the two.
    expect(message).toMatch(/^[^"\\%\n]+$/);
    expect(check.length).toBeGreaterThan(20);
  }
});
