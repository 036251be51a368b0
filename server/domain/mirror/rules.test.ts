import { describe, expect, it } from "vitest";
import { judgeMirror, judgeTrafficOfShadows, withoutShadow, type MirrorPolicy } from "./rules";
import type { MirrorWish } from "./types";

const targets = ["Blue", "green", "red", "gone"].map((name) => ({ name, hasReadyInstance: true, deleting: name === "gone" }));
const wish = (shares: MirrorWish["shares"]): MirrorWish => ({ shares, tolerance: 0 });
function judged(shares: MirrorWish["shares"], policy: MirrorPolicy) {
  const outcome = judgeMirror(wish(shares), { blue: 100 }, targets, policy);
  return outcome.ok ? outcome.data.shares : [outcome.error.code, ...outcome.error.fields.map(({ path, message }) => `${path}: ${message}`)];
}

describe("Azure's rules", () => {
  it("allow one shadow without live traffic up to 50 whole percent, and none", () => {
    expect(judged({ GREEN: 50, red: 0 }, "azure")).toEqual({ green: 50 });
    expect(judged({ green: 0 }, "azure")).toEqual({});
  });

  it.each([
    [{ green: 51 }, "mirrorTraffic.green: a mirrored share is 0 to 50 percent in steps of 1"],
    [{ green: 0.5 }, "mirrorTraffic.green: a mirrored share is 0 to 50 percent in steps of 1"],
    [{ blue: 10 }, "mirrorTraffic.blue: blue has live traffic, and may have live or mirrored traffic, not both"],
    [{ nobody: 10 }, "mirrorTraffic.nobody: there is no deployment nobody"],
    [{ gone: 10 }, "mirrorTraffic.gone: gone is being deleted"],
    [{ green: 10, red: 10 }, "mirrorTraffic: only one deployment may be mirrored to"],
  ])("refuse %o", (shares, problem) => {
    expect(judged(shares, "azure")).toEqual(["mirror.invalid", problem]);
  });

  it("keep live traffic from a shadow", () => {
    expect(judgeTrafficOfShadows({ blue: 90, green: 10 }, wish({ green: 10 }), "azure")).toMatchObject({ code: "mirror.shadow_with_traffic" });
    expect(judgeTrafficOfShadows({ blue: 100 }, wish({ green: 10 }), "azure")).toBeNull();
    expect(judgeTrafficOfShadows({ blue: 90, green: 10 }, wish({ green: 10 }), "open")).toBeNull();
  });
});

it("an open policy allows all of it to several, also with live traffic, in steps of 0.01", () => {
  expect(judged({ green: 100, blue: 0.07, red: 12.34 }, "open")).toEqual({ blue: 0.07, green: 100, red: 12.34 });
  expect(judged({ green: 0.001 }, "open")).toEqual(["mirror.invalid", "mirrorTraffic.green: a mirrored share is 0 to 100 percent in steps of 0.01"]);
});

it("what arithmetic leaves behind is no share of its own, as no gateway would take it", () => {
  expect(judged({ green: 10.00000001 }, "azure")).toEqual({ green: 10 });
  expect(judged({ green: 0.1 + 0.2, red: 5e-9 }, "open")).toEqual({ green: 0.3 });
});

it("a deployment that goes takes its share along, and a refused one of any name is no trap", () => {
  expect(withoutShadow(wish({ green: 10, blue: 1 }), "GREEN")).toEqual(wish({ blue: 1 }));
  expect(judged({ constructor: 10 }, "open")).toEqual(["mirror.invalid", "mirrorTraffic.constructor: there is no deployment constructor"]);
});
