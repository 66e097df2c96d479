/**
 * How far apart two senders of the programme are on the audience's own page when it goes over from one to the other:
 * both play the same clicks, the page aligns them while both are forwarded, and its sections are recorded side by side.
 */
import { join as enterAs } from "../../../signaling/test-client.ts";
import { Listener } from "../../e2e/support/audience.ts";
import { playBeeps } from "../../e2e/support/beeps.ts";
import type { JamPage } from "../../e2e/support/browser.ts";
import { guest, join } from "../../e2e/support/guests.ts";
import { createRoom } from "../../e2e/support/rooms.ts";
import { onsets } from "../../e2e/onsets.ts";
import type { RunOptions } from "../benchmark.ts";
import { median } from "../stats.ts";
import { CLICK_EVERY, CLICKS } from "../stream/sounds.ts";

/** From before a leader's word to after the one who goes is forwarded no more: two bars of clicks, the overlap, and delays. Seconds. */
const RECORDED = 10;
/** The page crosses over in the middle of the last two seconds of who goes: onsets so long before its end are compared. */
const CROSSING = { from: 2, to: 0.5 } as const;

/** In the page: what comes in each section, side by side. */
async function recordSections(seconds: number): Promise<{ rate: number; sections: string[] }> {
  const context = new AudioContext({ sampleRate: 48_000 });
  const tracks = (window.connections ?? []).flatMap((connection) =>
    connection.connectionState === "connected"
      ? connection.getReceivers().flatMap(({ track }) => (track.kind === "audio" ? [track] : []))
      : [],
  );
  const merged = new ChannelMergerNode(context, { numberOfInputs: tracks.length });
  for (const [index, track] of tracks.entries())
    new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) }).connect(
      merged,
      0,
      index,
    );
  // An audio worklet would need a file of its own beside the page's.
  const recorder = context.createScriptProcessor(4_096, tracks.length, 1);
  const parts: Float32Array[][] = tracks.map(() => []);
  const done = new Promise<void>((resolve) => {
    recorder.onaudioprocess = ({ inputBuffer }) => {
      for (const [index, part] of parts.entries()) part.push(inputBuffer.getChannelData(index).slice());
      if ((parts[0]?.length ?? 0) * 4_096 >= seconds * 48_000) resolve();
    };
  });
  merged.connect(recorder).connect(context.destination);
  await done;
  await context.close();
  const text = (samples: Float32Array[]): string => {
    let binary = "";
    for (const block of samples)
      for (const byte of new Uint8Array(block.buffer)) binary += String.fromCharCode(byte);
    return btoa(binary);
  };
  return { rate: 48_000, sections: parts.map(text) };
}

const samplesOf = (text: string): Float32Array =>
  new Float32Array(Uint8Array.from(Buffer.from(text, "base64")).buffer);

/** Seconds by which `coming` is later than `going` where the page goes over; null where they are not heard side by side. */
export function phaseJump(going: readonly number[], coming: readonly number[]): number | null {
  const end = going.at(-1) ?? 0;
  const apart = going
    .filter((at) => at > end - CROSSING.from && at < end - CROSSING.to)
    .flatMap((at) => {
      const nearest = coming.toSorted((a, b) => Math.abs(a - at) - Math.abs(b - at))[0];
      return nearest !== undefined && Math.abs(nearest - at) < CLICK_EVERY / 2 ? [nearest - at] : [];
    });
  return apart.length < 2 ? null : median(apart);
}

/** Seconds, of so many switches that a leader asks for. */
export async function phaseJumps(
  house: Parameters<typeof guest>[0],
  count: number,
  say: RunOptions["say"],
): Promise<number[]> {
  const room = await createRoom(house.server.url, "sfu");
  const performers: JamPage[] = [];
  for (const name of ["Ann", "Bo"]) performers.push(await guest(house, room.performer, name));
  await join(...performers);
  await performers[0]?.page.evaluate(playBeeps, CLICKS);
  const listener = await Listener.open(house.browser, room.audience);
  const { client } = await enterAs(house.server.url, room.leader);
  const found: number[] = [];
  try {
    const bothReady = () =>
      listener.untilInspect(
        "both senders",
        ({ programme, sections }) =>
          typeof programme?.standBy === "number" &&
          programme.at === undefined &&
          sections.filter(({ isReady }) => isReady).length === 2,
        60_000,
      );
    await bothReady();
    await listener.press("Listen");
    await listener.untilHeard();
    for (let turn = 0; turn < count; turn++) {
      const { programme, sections } = await bothReady();
      await listener.untilInspect("the heard instant", ({ heard }) => heard?.by === "capture");
      const recording = listener.page.evaluate(recordSections, RECORDED);
      client.send({
        type: "control",
        id: turn + 1,
        control: { type: "BROADCASTER", actor: programme?.standBy ?? null },
      });
      const { rate, sections: recorded } = await recording;
      const onsetsOf = (actor: number | null | undefined): number[] => {
        const text = recorded[sections.findIndex((section) => section.actor === actor)];
        return text === undefined ? [] : onsets(samplesOf(text), rate);
      };
      const jump = phaseJump(onsetsOf(programme?.onAir), onsetsOf(programme?.standBy));
      if (jump === null) {
        say(`phase, ${turn + 1} of ${count}: not heard side by side`);
        continue;
      }
      found.push(jump);
      say(`phase, ${turn + 1} of ${count}: ${(jump * 1_000).toFixed(1)} ms`);
    }
    return found;
  } finally {
    client.socket.close();
    await Promise.all([listener, ...performers].map(({ context }) => context.close()));
  }
}
