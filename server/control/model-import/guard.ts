import { lookup as systemLookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { networkInterfaces } from "node:os";
import { ImportFailure } from "./failure";

/** Decides which addresses may be fetched from. What people name must not become a way into this host or the cloud's own services. */
export interface AddressGuard {
  /** Throws for a host that is a forbidden address itself; names are judged when they are looked up. */
  requireHost(host: string): void;
  /** As `dns.lookup`, but answers permitted addresses only; judged at the connection itself, so a name cannot change in between. */
  readonly lookup: LookupFunction;
}

const fixed: readonly (readonly [string, number, "ipv4" | "ipv6"])[] = [
  ["0.0.0.0", 8, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  // Link-local, where clouds tell machines their credentials.
  ["169.254.0.0", 16, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["100.100.100.200", 32, "ipv4"],
  ["::", 127, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["ff00::", 8, "ipv6"],
  ["fd00:ec2::254", 128, "ipv6"],
];

function forbiddenNow(supernet: string): BlockList {
  const list = new BlockList();
  for (const [network, prefix, family] of fixed) list.addSubnet(network, prefix, family);
  const [network = "", prefix = ""] = supernet.split("/");
  list.addSubnet(network, Number(prefix), "ipv4");
  for (const addresses of Object.values(networkInterfaces()))
    for (const { address, family } of addresses ?? []) list.addAddress(address, family === "IPv4" ? "ipv4" : "ipv6");
  return list;
}

const refusal = (host: string): ImportFailure =>
  new ImportFailure(
    "AddressRefused",
    `${host} is an address of this host, of its containers or of the cloud's own services.`,
    "Use another address, or let an administrator allow this host by SLUICE_IMPORT_ALLOWED_HOSTS.",
  );

/** `allowed` are hosts, as they are written in addresses, that are exempt. */
export function addressGuard(supernet: string, allowed: readonly string[]): AddressGuard {
  const isForbidden = (address: string): boolean => {
    // IPv4 in IPv6's clothes is IPv4.
    const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
    const family = isIP(plain);
    return family === 0 || forbiddenNow(supernet).check(plain, family === 4 ? "ipv4" : "ipv6") || /^::ffff:/i.test(plain);
  };
  return {
    requireHost(host) {
      const bare = host.replace(/^\[|\]$/g, "");
      if (!allowed.includes(bare) && isIP(bare) !== 0 && isForbidden(bare)) throw refusal(bare);
    },
    lookup(host, options, answer) {
      systemLookup(host, { ...options, all: true }, (error, addresses) => {
        const permitted = error !== null ? [] : allowed.includes(host) ? addresses : addresses.filter(({ address }) => !isForbidden(address));
        const [first] = permitted;
        if (first === undefined) answer(error ?? refusal(host), []);
        else if (options.all === true) answer(null, permitted);
        else answer(null, first.address, first.family);
      });
    },
  };
}
