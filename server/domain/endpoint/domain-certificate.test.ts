import { expect, it } from "vitest";
import { certificatesCondition, certificateWarnings, warnBeforeEndMs } from "./domain-certificate";

const end = Date.parse("2026-12-24T18:00:00Z");
const ends = [
  { name: "later.example.com", notAfter: end + 1000 },
  { name: "first.example.com", notAfter: end },
];
const at = (nowMs: number) => certificatesCondition(ends, 3, nowMs);

it("says nothing of an endpoint without domains", () => {
  expect(certificatesCondition([], 1, end)).toBeNull();
});

it("tells the certificate that ends first, by name and date", () => {
  expect(at(end - warnBeforeEndMs - 1)).toMatchObject({ status: "True", reason: "CertificatesValid", observedGeneration: 3 });
  expect(at(end - warnBeforeEndMs - 1)?.message).toContain("first.example.com, on 2026-12-24");
});

it("warns three weeks before the end, and says when it is there, each with what to do", () => {
  expect(at(end - warnBeforeEndMs)).toMatchObject({
    status: "False",
    reason: "CertificateEndsSoon",
    message: "The certificate of first.example.com ends on 2026-12-24.",
    hint: expect.stringContaining("sluice domain set") as string,
  });
  expect(at(end - 1)).toMatchObject({ reason: "CertificateEndsSoon" });
  expect(at(end)).toMatchObject({ status: "False", reason: "CertificateEnded", message: expect.stringContaining("ended on 2026-12-24") as string });
});

it("names every domain that is concerned, those whose certificates ended first, then by name", () => {
  expect(at(end)?.message).toBe(
    "The certificate of first.example.com ended on 2026-12-24: callers refuse it. The certificate of later.example.com ends on 2026-12-24.",
  );
  expect(at(end - 1)?.message).toMatch(/first\.example\.com .*later\.example\.com /);
  const names = ["b.example.com", "a.example.com"].map((name) => ({ name, notAfter: end }));
  expect(certificateWarnings(names, end).map(({ sentence }) => sentence.split(" ")[3])).toEqual(["a.example.com", "b.example.com"]);
});

it("says the same words all day, so that a pass without news writes nothing", () => {
  expect(at(end - 5000)).toEqual(at(end - 80_000_000));
});
