/**
 * Whether more comes in by a transport than a person sends. A worker forwards whatever it is sent, and the limit
 * that it is told is a request to honest senders; so it is asked now and then what has come, and a flood is ended.
 */
import type { WebRtcTransport } from "mediasoup/types";

/** Three streams of Opus (510, 510 and 128 kb/s) with their headers, and edits and hands: what senders are asked to keep to. */
export const SENT_BITRATE = 1_500_000;

/** Bits a second, in the mean between two looks: twice what an honest sender keeps to. */
export const FLOOD_BITRATE = 2 * SENT_BITRATE;

/** So long a flood may go on, and a little more. ms */
const LOOK_MS = 2_000;

/** How long whoever has flooded for the `times`th time sends nothing more, in ms: 10 s, doubling up to 5 minutes. */
export function floodPauseMs(times: number): number {
  return Math.min(300_000, 10_000 * 2 ** (times - 1));
}

/** Law: holds for exactly the means above `FLOOD_BITRATE`. */
export function isFlood(bytes: number, ms: number): boolean {
  return bytes * 8 > (FLOOD_BITRATE * ms) / 1_000;
}

/** Until the transport closes, which is what `handleFlood` should see to. */
export function watchInflow(transport: WebRtcTransport, handleFlood: () => void): void {
  let before = { bytes: 0, at: performance.now() };
  const look = async (): Promise<void> => {
    try {
      const [stats] = await transport.getStats();
      const now = { bytes: stats?.bytesReceived ?? 0, at: performance.now() };
      if (transport.closed) return;
      if (isFlood(now.bytes - before.bytes, now.at - before.at)) return handleFlood();
      before = now;
      timer = setTimeout(() => void look(), LOOK_MS);
    } catch {
      // It has just closed, or its worker has ended.
    }
  };
  let timer = setTimeout(() => void look(), LOOK_MS);
  transport.observer.once("close", () => clearTimeout(timer));
}
