import { describe, expect, it } from "vitest";
import { callersAddress } from "./callers-address";

describe("where callers reach a gateway", () => {
  it.each([
    ["inference.example.com", "0.0.0.0", "inference.example.com:8443"],
    ["inference.example.com", "10.0.0.1", "inference.example.com:8443"],
    ["2001:db8::1", "::", "[2001:db8::1]:8443"],
    [null, "10.0.0.1", "10.0.0.1:8443"],
    [null, "::1", "[::1]:8443"],
    [null, "0.0.0.0", "machine:8443"],
    [null, "::", "machine:8443"],
  ])("with the name %s and listening at %s it is %s", (host, address, expected) => {
    expect(callersAddress({ host, bind: { address, port: 8443 } }, "machine")).toBe(expected);
  });
});
