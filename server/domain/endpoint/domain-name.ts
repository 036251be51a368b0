import { err, ok, type Result } from "#server/kernel/result";
import { invalidInput, type SluiceError } from "../errors";

/** Domains of one endpoint at most: each is a certificate that every gateway keeps. */
export const mostDomains = 20;
/** A host name in lower case with two labels at least; the last one is no number, so that no address is one. */
export const domainNamePattern = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;

/** Names that the installation has itself, in lower case. */
export interface OwnNames {
  readonly host: string;
  /** Every endpoint is `<name>.<domain>` already. */
  readonly domain: string;
}

/** A host name as it is kept, so that one that is there is found however it is written. */
export const canonicalDomainName = (wish: string): string => wish.trim().toLowerCase().replace(/\.$/, "");

/** Judges a domain of an endpoint's own: the normal form, or `domain.name_invalid` or `domain.name_reserved` with what to do. */
export function judgeDomainName(wish: string, own: OwnNames): Result<string, SluiceError> {
  const name = canonicalDomainName(wish);
  const refuse = (code: "domain.name_invalid" | "domain.name_reserved", message: string, remedy: string) =>
    err(invalidInput(code, `The domain was refused: it ${message}.`, [{ path: "name", message, remedy }]));
  if (name.startsWith("*."))
    return refuse("domain.name_invalid", "has a star", "Name each host by itself. A certificate for *.example.com may serve several of them.");
  if (!domainNamePattern.test(name))
    return refuse("domain.name_invalid", "is no host name", "Letters, digits and dashes between dots, without scheme, port and path: score.example.com.");
  if (name === own.host || name === own.domain || name.endsWith(`.${own.domain}`))
    return refuse("domain.name_reserved", "is the installation's own", `Endpoints have <name>.${own.domain} already. Choose a name of a domain of yours.`);
  return ok(name);
}
