import type { EndpointDto, TrafficReceipt } from "../../server/contract/endpoint";
import { formatMs, plural } from "../ui/format";

/** The gateways' receipt as a sentence. */
export function receiptSentence(receipt: TrafficReceipt): string {
  const count = `${receipt.acknowledged}/${receipt.gateways} ${receipt.gateways === 1 ? "gateway" : "gateways"}`;
  const revision = receipt.routingRevision === null ? "" : ` · revision ${receipt.routingRevision}`;
  if (receipt.state === "refused") return `Refused: ${receipt.refusedReason ?? "a gateway did not take it"}. The old split stays in force.`;
  if (receipt.state === "pending") {
    if (receipt.gateways === 0) return "Waiting for a gateway to report.";
    return receipt.acknowledged === 0
      ? `On its way to ${plural(receipt.gateways, "gateway")}${revision}`
      : `Applied on ${count}, waiting for the rest${revision}`;
  }
  return `Applied on ${count}${receipt.durationMs === null ? "" : ` in ${formatMs(receipt.durationMs)}`}${revision}`;
}

/** What the gateways say of the endpoint's newest wish, whatever of it was changed. */
export function programmedSentence({ generation, conditions }: Pick<EndpointDto, "generation" | "conditions">): string {
  const programmed = conditions.find(({ type }) => type === "TrafficProgrammed");
  if (programmed === undefined || programmed.observedGeneration < generation) return "On its way to the gateways.";
  return programmed.status === "True" ? `All of this is in force: ${programmed.message}` : `${programmed.message} ${programmed.hint ?? ""}`.trim();
}
