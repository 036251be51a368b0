import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { chooseSupernet } from "./supernet.mjs";

let home = "";
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "sluice-supernet-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const network = (subnet, installation) => ({
  Labels: installation === undefined ? {} : { "io.sluice.installation": installation },
  IPAM: { Config: [{ Subnet: subnet }] },
});
const place = (over = {}) => ({ id: "abc123", home, supernet: "10.229.0.0/16", supernetIsSet: false, ...over });

it("is the folder's own range when that is free, also when our networks lie in it", () => {
  const networks = [network("10.229.3.0/24", "abc123"), network("172.17.0.0/16"), { Labels: null, IPAM: { Config: null } }, network("fd00::/64")];
  expect(chooseSupernet(place(), networks)).toBe("10.229.0.0/16");
});

it("is the next free one when others have the folder's own, and stays", () => {
  const others = [network("10.229.3.0/24", "def456"), network("10.130.0.0/15")];
  expect(chooseSupernet(place(), others)).toBe("10.132.0.0/16");
  expect(readFileSync(path.join(home, "supernet"), "utf8")).toBe("10.132.0.0/16\n");
  expect(chooseSupernet(place(), [])).toBe("10.132.0.0/16");
});

it("refuses a range that was set, or kept, and belongs to somebody else", () => {
  const set = place({ supernet: "10.99.0.0/16", supernetIsSet: true });
  expect(() => chooseSupernet(set, [network("10.99.1.0/24", "def456")])).toThrow(/10\.99\.0\.0\/16 is in use by another installation \(def456\).*for example/);
  expect(() => chooseSupernet(set, [network("10.0.0.0/8")])).toThrow(/another network of the engine/);
  chooseSupernet(place(), []);
  expect(() => chooseSupernet(place(), [network("10.229.0.0/24", "def456")])).toThrow(/def456/);
});

it("says so when none is free", () => {
  expect(() => chooseSupernet(place(), [network("10.0.0.0/8")])).toThrow(/SLUICE_SUPERNET/);
});
