/**
 * Makes a page's peer connections go through the bad network: whatever they are told of where the other
 * side is gets the network's port in place of the real one. Nothing else is known of the other side, so
 * that no check can find a way round.
 */
import type { BrowserContext, Page } from "playwright-core";
import type { Network } from "./network.ts";

/** Hidden addresses (mDNS) have no port to replace. */
export const PLAIN_ADDRESSES = "--disable-features=WebRtcHideLocalIpsWithMdns";

declare global {
  interface Window {
    /** The network's port for a real one. */
    doorOf?: (port: number) => Promise<number>;
    /** Every peer connection that the page has made, and every channel on it. */
    wires?: { readonly connection: RTCPeerConnection; readonly channels: RTCDataChannel[] }[];
    /** Told of each message on a channel with one of these names, before the app is: "ordered", "raw" and "live". */
    heardBare?: (label: string, data: ArrayBuffer) => void;
  }
}

/** Before the first page of the context opens. */
export async function rewire(context: BrowserContext, network: Network): Promise<void> {
  await context.exposeFunction("doorOf", (port: number) => network.door(port));
  await context.addInitScript(wrapPeerConnections);
}

/** Runs in the page before its own scripts. */
function wrapPeerConnections(): void {
  const wires: NonNullable<Window["wires"]> = [];
  window.wires = wires;

  /** The candidate by way of the network; null for one that would lead past it. */
  const rewired = async (candidate: string): Promise<string | null> => {
    // candidate:foundation component protocol priority address port typ …
    const fields = candidate.split(" ");
    const [, , protocol, , address] = fields;
    if (protocol?.toLowerCase() !== "udp" || !/^[\d.]+$/.test(address ?? "")) return null;
    fields[4] = "127.0.0.1";
    fields[5] = String(await window.doorOf?.(Number(fields[5])));
    return fields.join(" ");
  };
  const rewiredSdp = async (sdp: string): Promise<string> => {
    const lines = await Promise.all(
      sdp.split("\r\n").map(async (line) => {
        if (!line.startsWith("a=candidate:")) return line;
        const candidate = await rewired(line.slice(2));
        return candidate === null ? null : `a=${candidate}`;
      }),
    );
    return lines.filter((line) => line !== null).join("\r\n");
  };

  // The app listens to its `live` channel as well: what comes after it there waits for it.
  const hearFirst = (channel: RTCDataChannel): void => {
    if (!["ordered", "raw", "live"].includes(channel.label)) return;
    channel.addEventListener("message", ({ data }: MessageEvent<ArrayBuffer>) =>
      window.heardBare?.(channel.label, data),
    );
  };

  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    readonly #wire = { connection: this as RTCPeerConnection, channels: [] as RTCDataChannel[] };

    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      wires.push(this.#wire);
      this.addEventListener("datachannel", ({ channel }) => {
        this.#wire.channels.push(channel);
        hearFirst(channel);
      });
    }

    override createDataChannel(label: string, options?: RTCDataChannelInit): RTCDataChannel {
      const channel = super.createDataChannel(label, options);
      hearFirst(channel);
      this.#wire.channels.push(channel);
      return channel;
    }

    override async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      const { type, sdp = "" } = description;
      await super.setRemoteDescription({ type, sdp: await rewiredSdp(sdp) });
    }

    override async addIceCandidate(init?: RTCIceCandidateInit | null): Promise<void> {
      if (!init?.candidate) return super.addIceCandidate(init);
      const candidate = await rewired(init.candidate);
      const { sdpMid = null, sdpMLineIndex = null } = init;
      if (candidate !== null) await super.addIceCandidate({ candidate, sdpMid, sdpMLineIndex });
    }
  };
}

/** Throws unless every connection of the page that carries something goes through the network. */
export async function expectRewired(page: Page, network: Network): Promise<void> {
  const ports = await page.evaluate(async () => {
    const found: number[] = [];
    for (const { connection } of window.wires ?? []) {
      if (connection.connectionState !== "connected") continue;
      const stats = await connection.getStats();
      for (const report of stats.values()) {
        if (report.type !== "transport") continue;
        const pair = stats.get(report.selectedCandidatePairId);
        found.push(stats.get(pair.remoteCandidateId).port);
      }
    }
    return found;
  });
  if (ports.length === 0) throw new Error("no peer connection is open");
  const round = ports.filter((port) => !network.isDoor(port));
  if (round.length > 0) throw new Error(`a connection goes round the bad network, to port ${round.join()}`);
}
