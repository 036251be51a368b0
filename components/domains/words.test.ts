import { expect, it } from "vitest";
import { addressOf, dnsRecordOf, endOf, gatewayHostOf, inForceOn, refusalOf } from "./words";

const day = 24 * 3_600_000;

it("counts the days to an end, warns three weeks before, and says when it is there", () => {
  expect(endOf(22 * day, 0)).toEqual({ tone: "ok", text: "Ends in 22 days" });
  expect(endOf(21 * day, 0)).toEqual({ tone: "warn", text: "Ends in 21 days" });
  expect(endOf(day, 0).text).toBe("Ends in 1 day");
  expect(endOf(day - 1, 0)).toEqual({ tone: "warn", text: "Ends within a day" });
  expect(endOf(day, day).tone).toBe("bad");
});

it("names the gateways that have yet to take a certificate", () => {
  const [east, west] = [
    { name: "east", inForce: true },
    { name: "west", inForce: false },
  ];
  expect(inForceOn([])).toEqual({ tone: "idle", text: "No gateway is heard of" });
  expect(inForceOn([east, west])).toEqual({ tone: "warn", text: "On its way to west" });
  expect(inForceOn([east])).toEqual({ tone: "ok", text: "In force" });
  expect(inForceOn([east, { ...west, inForce: true }]).text).toBe("In force on all 2 gateways");
});

it("takes host, scheme and port from the scoring address", () => {
  const uri = "https://gateway.example.com:8443/endpoints/demo/score";
  expect(addressOf("score.example.com", uri)).toBe("https://score.example.com:8443/score");
  expect(gatewayHostOf(uri)).toBe("gateway.example.com");
  expect(addressOf("score.example.com", "https://gateway.example.com/endpoints/demo/score")).toBe("https://score.example.com/score");
});

it("writes the record for a gateway that is reached by a name or by an address", () => {
  expect(dnsRecordOf("a.example.com", "gateway.example.com")).toBe("a.example.com. CNAME gateway.example.com.");
  expect(dnsRecordOf("a.example.com", "192.0.2.7")).toBe("a.example.com. A 192.0.2.7");
  expect(dnsRecordOf("a.example.com", gatewayHostOf("https://[2001:db8::1]:8443/x"))).toBe("a.example.com. AAAA 2001:db8::1");
});

it("says of a field what the server said of it", () => {
  const fields = [
    { path: "privateKey", message: "does not fit", remedy: "Send the other." },
    { path: "name", message: "Is taken." },
  ];
  expect(refusalOf(fields, "privateKey")).toBe("Does not fit. Send the other.");
  expect(refusalOf(fields, "name")).toBe("Is taken.");
  expect(refusalOf(fields, "certificate")).toBeNull();
});
