/** Two pages that edit one jam, and the way that their datagrams take, as the browser itself tells it. */
import type { Rung } from "#shared/protocol/messages.ts";
import type { BrowserContext } from "playwright-core";
import { untilAlike } from "./alike.ts";
import type { JamPage } from "./browser.ts";

declare global {
  interface Window {
    /** Every peer connection that the page has made. */
    connections?: RTCPeerConnection[];
  }
}

/** Before the page loads: it remembers its peer connections, which are made with `more`. */
export const rememberConnections = (context: BrowserContext, more: RTCConfiguration = {}): Promise<unknown> =>
  context.addInitScript((config) => {
    const made: RTCPeerConnection[] = [];
    window.connections = made;
    const Real = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Real {
      constructor(configuration?: RTCConfiguration) {
        super({ ...configuration, ...config });
        made.push(this);
      }
    };
  }, more);

/** Each writes a row of notes on the rung, and both have all of them in the end. */
export async function exchangeEdits(a: JamPage, b: JamPage, rung: Rung): Promise<void> {
  for (const page of [a, b])
    await page.untilInspect(`the ${rung}`, (state) => state.peers[0]?.link === rung, 30_000);
  const track = (await a.inspect()).document.tracks[0]?.id ?? 0;
  for (const [page, pitch] of [
    [a, 40],
    [b, 50],
  ] as const)
    for (let step = 0; step < 8; step++)
      await page.dispatch({ type: "NOTE_SET", track, step, pitch, velocity: 64 });
  await untilAlike(a, b);
}

export interface CandidatePair {
  /** "host", "srflx", "prflx" or "relay". */
  readonly types: readonly [string, string];
  readonly protocol: string;
  /** The other side's; missing where the browser keeps it to itself. */
  readonly address: string | undefined;
}

/** The pairs of candidates over which this page's connections go now. */
export const pairsInUse = (jam: JamPage): Promise<CandidatePair[]> =>
  jam.page.evaluate(async () => {
    const open = (window.connections ?? []).filter((made) => made.connectionState === "connected");
    const reports = await Promise.all(open.map((made) => made.getStats()));
    return reports.flatMap((report) => {
      const all = new Map([...report.entries()] as [string, Record<string, string>][]);
      const transport = [...all.values()].find((one) => one["type"] === "transport");
      const pair = all.get(transport?.["selectedCandidatePairId"] ?? "");
      const local = all.get(pair?.["localCandidateId"] ?? "");
      const remote = all.get(pair?.["remoteCandidateId"] ?? "");
      if (!local || !remote) return [];
      return [
        {
          types: [local["candidateType"] ?? "", remote["candidateType"] ?? ""] as const,
          protocol: local["protocol"] ?? "",
          address: remote["address"],
        },
      ];
    });
  });
