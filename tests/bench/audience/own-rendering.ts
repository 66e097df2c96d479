/** The bytes of a listener that renders for itself: a real page on a wire with a meter, while others play and edit. */
import { seededRandom } from "#shared/lib/random.ts";
import { JamPage, launch } from "../../e2e/support/browser.ts";
import { createRoom } from "../../e2e/support/rooms.ts";
import { anyEdit, NodePeers } from "../../peers/node-peer.ts";
import { PLAIN_ADDRESSES, rewire } from "../delivery/network/rewire.ts";
import { startFrozenServer } from "../frozen-server.ts";
import { type Row, rowOf } from "../report.ts";
import { Meter, type Reading } from "./meter.ts";

const PERFORMERS = 4;
/** Of all of them together. */
const EDITS_A_SECOND = 2;
/** From the listener's coming in. Files, the document and the clock's first pings come then. */
const BEFORE_SECONDS = 10;
/** Opus as the programme has it. */
const STREAM_BITS = 128_000;

export interface OwnRendering {
  readonly rows: readonly Row[];
  /** Bytes both ways, as a share of the stream's. */
  readonly share: number;
}

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, 1_000 * seconds));

/** Edits by one after the other, until it is told to end. */
function edit(peers: NodePeers): () => void {
  const random = seededRandom(1);
  let made = 0;
  const timer = setInterval(() => {
    const peer = peers.all[made % peers.all.length];
    if (peer?.dispatch(anyEdit(peer, random))) made += 1;
  }, 1_000 / EDITS_A_SECOND);
  return () => clearInterval(timer);
}

export async function measureOwnRendering(seconds: number): Promise<OwnRendering> {
  const server = await startFrozenServer("--sfu-workers", "1");
  const browser = await launch(PLAIN_ADDRESSES);
  const meter = await Meter.start(server.url);
  let peers: NodePeers | null = null;
  try {
    const room = await createRoom(meter.url, "sfu");
    peers = new NodePeers(room.performer.replace(meter.url, server.url), PERFORMERS);
    await peers.untilOnSfu();
    const context = await browser.newContext();
    await rewire(context, meter);
    // The listener's link by its older name, by which a page always renders for itself.
    const link = room.listener.replace("/l/", "/r/").replace("#", "?inspect#");
    const page = await JamPage.openIn(context, link);
    const stop = edit(peers);
    await page.press("Listen");
    await page.whenJamming();
    await pause(BEFORE_SECONDS);
    const [before, editsBefore] = [meter.reading, (await page.inspect()).counters.received];
    await pause(seconds);
    const [after, editsAfter] = [meter.reading, (await page.inspect()).counters.received];
    stop();
    const edits = (editsAfter.edits - editsBefore.edits) / seconds;
    const heard = (editsAfter.datagrams - editsBefore.datagrams) / seconds;
    return figures(before, after, seconds, { edits, heard });
  } finally {
    peers?.close();
    await browser.close();
    meter.close();
    await server.close();
  }
}

function figures(
  before: Reading,
  after: Reading,
  seconds: number,
  { edits, heard }: { edits: number; heard: number },
): OwnRendering {
  const rate = (read: (reading: Reading) => number) => (read(after) - read(before)) / seconds;
  const total = rate(
    ({ socket, datagrams }) => socket.toPage + socket.fromPage + datagrams.toPage + datagrams.fromPage,
  );
  const row = rowOf(`a listener that renders, ${PERFORMERS} performers`, "tutti");
  const rows = [
    row("edits heard a second", edits, ""),
    row("of them first by the SFU", heard, ""),
    row(
      "WebSocket, to the page",
      rate(({ socket }) => socket.toPage),
      "B/s",
    ),
    row(
      "WebSocket, from the page",
      rate(({ socket }) => socket.fromPage),
      "B/s",
    ),
    row(
      "WebSocket, pieces",
      rate(({ socket }) => socket.pieces),
      "/s",
    ),
    row(
      "SFU, to the page",
      rate(({ datagrams }) => datagrams.toPage),
      "B/s",
    ),
    row(
      "SFU, from the page",
      rate(({ datagrams }) => datagrams.fromPage),
      "B/s",
    ),
    row(
      "SFU, datagrams",
      rate(({ datagrams }) => datagrams.pieces),
      "/s",
    ),
    row("all, both ways", total, "B/s"),
  ];
  return { rows, share: total / (STREAM_BITS / 8) };
}
