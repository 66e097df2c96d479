/** On which of this machine's addresses the SFU listens, and under which it is announced; IPv4, IPv6 or both. */
import { isIP } from "node:net";

/** Where the SFU listens, and what browsers are told of it. */
export interface SfuAddress {
  readonly ip: string;
  readonly announcedAddress: string;
}

export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || host.startsWith("127.");

/** A host as it stands in a URL. */
export const inUrl = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);

/** 4 or 6; a name is reached as the page is. */
const family = (address: string, host: string): number => isIP(address) || (isIP(host) === 6 ? 6 : 4);

/** Whether they are one address, or one of each family. */
export const areAnnounceable = (announced: readonly string[], host: string): boolean =>
  announced.length > 0 && new Set(announced.map((one) => family(one, host))).size === announced.length;

/**
 * One for each announced address. The SFU listens where the page does (`host`); on every address of the family
 * where the page does not use that family, or stays on loopback behind a proxy, which nothing of the SFU passes.
 */
export function sfuAddresses(announced: readonly string[], host: string): SfuAddress[] {
  return announced.map((announcedAddress) => {
    const of = family(announcedAddress, host);
    const everywhere = of === 6 ? "::" : "0.0.0.0";
    const isLocal = isLoopback(host) && isLoopback(announcedAddress);
    const loopback = of === 6 ? "::1" : isIP(announcedAddress) === 4 ? announcedAddress : "127.0.0.1";
    if (isLocal) return { ip: loopback, announcedAddress };
    const isPages = isIP(host) === of && !isLoopback(host);
    return { ip: isPages ? host : everywhere, announcedAddress };
  });
}
