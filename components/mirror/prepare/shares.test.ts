import { expect, it } from "vitest";
import type { EndpointDto } from "#server/contract/endpoint";
import { draftOf, eligible, isSameMirror, mirrorSentence, readable, sharesOf } from "./shares";

const deployments = [
  { name: "Blue", percent: 100, provisioningState: "Succeeded" },
  { name: "green", percent: 0, provisioningState: "Succeeded" },
  { name: "old", percent: 0, provisioningState: "Deleting" },
] as unknown as EndpointDto["deployments"];
const endpoint = (mirrorTraffic: EndpointDto["mirrorTraffic"]) => ({ deployments, mirrorTraffic }) as EndpointDto;

it("begins with Azure's 10 % of nobody, or with what holds", () => {
  expect(draftOf(endpoint({}))).toEqual([{ name: "", percent: 10 }]);
  expect(draftOf(endpoint({ blue: 5 }))).toEqual([{ name: "Blue", percent: 5 }]);
});

it("means nothing by lines without a name or a share", () => {
  expect(sharesOf([{ name: "", percent: 10 }, { name: "Green", percent: 20 }, { name: "old", percent: 0 }])).toEqual({ green: 20 }); // prettier-ignore
  expect(isSameMirror({ green: 20 }, { green: 20 })).toBe(true);
  expect(isSameMirror({ green: 20 }, { green: 20, blue: 1 })).toBe(false);
});

it("offers deployments without live traffic, and by an open policy all that stay", () => {
  expect(eligible(endpoint({}), false).map(({ name }) => name)).toEqual(["green"]);
  expect(eligible(endpoint({}), true).map(({ name }) => name)).toEqual(["Blue", "green"]);
});

it("says what applying does", () => {
  expect(mirrorSentence({ green: 10 }, 42)).toBe("10 % of the calls are copied to green, about 4 a minute.");
  expect(mirrorSentence({ green: 10 }, null)).toBe("10 % of the calls are copied to green.");
  expect(mirrorSentence({}, 42)).toBe("No call is copied any more.");
  expect(readable('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(readable("plain")).toBe("plain");
});
