import { isDeepStrictEqual } from "node:util";
import { findCondition, mergeCondition, withoutCondition, type Condition } from "#server/domain/condition";
import { certificatesCondition, certificatesProblem, certificateWarnings, type CertificateEnd } from "#server/domain/endpoint/domain-certificate";
import type { EndpointRow, ObservedStatus } from "#server/store/endpoints";
import type { StoreSession } from "#server/store/store";
import { recordEvent } from "../events";

const type = "CertificatesValid";

/** The endpoint's conditions with how the certificates of its domains stand at a time (Unix ms). */
export function withCertificates(endpoint: EndpointRow, ends: readonly CertificateEnd[], nowMs: number): readonly Condition[] {
  const certificates = certificatesCondition(ends, endpoint.generation, nowMs);
  return certificates === null ? withoutCondition(endpoint.conditions, type) : mergeCondition(endpoint.conditions, certificates, nowMs);
}

/** Certificates come to their ends by time alone: a resync that is first to see it corrects nothing. */
export function isMoreThanCertificates(endpoint: EndpointRow, status: ObservedStatus): boolean {
  const rest = ({ observedGeneration, provisioningState, lastError, conditions }: ObservedStatus) => {
    return { observedGeneration, provisioningState, lastError, conditions: withoutCondition(conditions, type) };
  };
  return !isDeepStrictEqual(rest(endpoint), rest(status));
}

/** An event of the certificates that came near their end since the endpoint last told, and of those that are there; none where one left. */
export async function warnOfCertificates(session: StoreSession, endpoint: EndpointRow, ends: readonly CertificateEnd[], nowMs: number): Promise<void> {
  const told = findCondition(endpoint.conditions, type)?.message ?? "";
  const news = certificateWarnings(ends, nowMs).filter(({ sentence }) => !told.includes(sentence));
  if (news.length === 0) return;
  await recordEvent(session, { workspaceId: endpoint.workspaceId, endpointId: endpoint.id, severity: "warning", ...certificatesProblem(news) }, nowMs);
}
