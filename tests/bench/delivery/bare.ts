/**
 * The rivals: bare data channels between the same two pages, through the same network. In a mesh both have
 * a peer connection of their own. On the SFU the raw one is the app's own `live` channel, which is
 * unordered, sends nothing again and carries nothing yet; an ordered one the SFU does not let in, so that
 * it goes straight from page to page, over a way as long and as bad as the two legs together.
 */
import type { Page } from "playwright-core";
import type { Subject } from "./agent.ts";

type Bare = Exclude<Subject, "tutti">;

const OPTIONS: Readonly<Record<Bare, RTCDataChannelInit>> = {
  ordered: { ordered: true },
  raw: { ordered: false, maxRetransmits: 0 },
};

interface Call {
  readonly name: Bare;
  readonly options: RTCDataChannelInit;
  /** What the other side has said; null for who begins. */
  readonly sdp: string | null;
}

/** In the page: begins, or answers, and gives a description with every candidate in it. */
async function describe({ name, options, sdp }: Call): Promise<string> {
  const connection = new RTCPeerConnection();
  // Numbered, so that both sides make it and neither has to be told.
  const channel = connection.createDataChannel(name, { ...options, negotiated: true, id: 1 });
  channel.binaryType = "arraybuffer";
  window.bare = {
    ...(window.bare ?? { ordered: () => undefined, raw: () => undefined }),
    [name]: () => channel,
  };
  const gathered = new Promise<void>((resolve) => {
    connection.onicegatheringstatechange = () => connection.iceGatheringState === "complete" && resolve();
  });
  if (sdp !== null) await connection.setRemoteDescription({ type: "offer", sdp });
  await connection.setLocalDescription(
    sdp === null ? await connection.createOffer() : await connection.createAnswer(),
  );
  await gathered;
  return connection.localDescription?.sdp ?? "";
}

async function connectPages(from: Page, to: Page, name: Bare): Promise<void> {
  const options = OPTIONS[name];
  const offer = await from.evaluate(describe, { name, options, sdp: null });
  const answer = await to.evaluate(describe, { name, options, sdp: offer });
  await from.evaluate(
    async ([label, sdp]) => {
      const wire = window.wires?.find(({ channels }) => channels.some((channel) => channel.label === label));
      await wire?.connection.setRemoteDescription({ type: "answer", sdp });
    },
    [name, answer] as const,
  );
}

/** In the page: the app's `live` channel of this direction is the raw one. */
function borrowLive(direction: "offer" | "answer"): void {
  const live = (): RTCDataChannel | undefined =>
    window.wires
      // The app offers on the transport that it sends by, and answers on the other.
      ?.filter(({ connection }) => connection.localDescription?.type === direction)
      .flatMap(({ channels }) => channels)
      .find(({ label, readyState }) => label === "live" && readyState === "open");
  window.bare = { ...(window.bare ?? { ordered: () => undefined, raw: () => undefined }), raw: live };
}

/** Opens the bare channels of a pair whose app is connected already. */
export async function connectBare(from: Page, to: Page, rung: "mesh" | "sfu"): Promise<void> {
  await connectPages(from, to, "ordered");
  if (rung === "mesh") await connectPages(from, to, "raw");
  else
    await Promise.all([
      from.evaluate(borrowLive, "offer" as const),
      to.evaluate(borrowLive, "answer" as const),
    ]);
  const areOpen = (): boolean =>
    window.bare?.ordered()?.readyState === "open" && window.bare.raw()?.readyState === "open";
  for (const page of [from, to]) await page.waitForFunction(areOpen, undefined, { timeout: 30_000 });
}
