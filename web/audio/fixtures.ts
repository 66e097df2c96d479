/** Jams and clocks for the tests of the player. */
import { DEFAULT_ROOM_EFFECTS, NO_EFFECTS } from "#shared/music/effects.ts";
import { instrumentById } from "#shared/music/instruments.ts";
import { type Jam, type Note, type Track, OWN_PAD, UNCONDUCTED } from "#shared/music/model.ts";
import { NOTHING_STAGED } from "#shared/music/staged.ts";
import { startPlayback, stoppedTimeline } from "#shared/music/timeline.ts";
import { defaultParams } from "#shared/music/voice.ts";
import { roomTime } from "#shared/time/instants.ts";

export const note = (step: number, pitch = 84, changes: Partial<Note> = {}): Note => ({
  step,
  pitch,
  velocity: 127,
  gate: 0.5,
  probability: 1,
  ratchet: 1,
  ...changes,
});

/** A track of sharp, short sines: its onsets are found to the sample. */
export function track(id: number, notes: readonly Note[], changes: Partial<Track> = {}): Track {
  const instrument = instrumentById(changes.instrument ?? "beep");
  if (!instrument) throw new Error("no such instrument");
  return {
    id,
    name: `Track ${id}`,
    instrument: instrument.id,
    shape: 0,
    volume: 1,
    pan: 0,
    muted: false,
    patternIndex: 0,
    pattern: { length: 16, notes },
    filled: [],
    turns: [],
    ...UNCONDUCTED,
    ...OWN_PAD,
    params: {
      ...defaultParams(instrument),
      ...(instrument.id === "beep" ? { attack: 0.001, decay: 0.01, release: 0.02 } : {}),
    },
    effects: NO_EFFECTS,
    ...changes,
  };
}

export const jam = (tracks: readonly Track[], changes: Partial<Jam> = {}): Jam => ({
  name: "Test",
  seed: 1,
  swing: 50,
  scale: "minor",
  root: 0,
  timeline: stoppedTimeline(120),
  scenes: [],
  chain: { on: false, entries: [] },
  effects: DEFAULT_ROOM_EFFECTS,
  locked: false,
  polarity: NOTHING_STAGED,
  silence: NOTHING_STAGED,
  launch: NOTHING_STAGED,
  tracks,
  ...changes,
});

/** The jam with Play pressed at `now`, its first beat `lead` seconds later. */
export function playing(stopped: Jam, now: number, lead = 0.3): Jam {
  const timeline = startPlayback(stopped.timeline, roomTime(now), lead);
  if (!timeline) throw new Error("plays already");
  return { ...stopped, timeline };
}

/** Above this a recording's device did not keep real time: where it says things were heard says nothing of us. */
const STEADY = 0.000_5;

/** A thread that is kept from its turn for longer is late through nobody's fault: notes go out 120 ms ahead. ms */
const STALL = 60;
/** Does nothing but take its turns, and says by how much the longest was late. */
const IDLER = `let last = performance.now(), longest = 0;
setInterval(() => {
  const now = performance.now();
  longest = Math.max(longest, now - last);
  last = now;
}, 5);
onmessage = () => {
  postMessage(longest);
  longest = 0;
};`;

let idler: Worker | null = null;

/** For how long, in ms, the machine has let an idle thread wait at most since this was asked last. */
function longestStall(): Promise<number> {
  idler ??= new Worker(URL.createObjectURL(new Blob([IDLER], { type: "text/javascript" })));
  const asked = idler;
  return new Promise((resolve) => {
    asked.addEventListener("message", ({ data }: MessageEvent<number>) => resolve(data), { once: true });
    asked.postMessage(null);
  });
}

/**
 * The recording, if its audio device kept real time, and the machine let threads have their turns meanwhile. A
 * headless browser's device is a timer, and starves on a busy machine: the test is then run again (the condition
 * stands in vitest.config.ts).
 */
export async function steady<Tap extends { readonly residual: number }>(
  recording: Promise<Tap>,
  limit = STEADY,
): Promise<Tap> {
  const begun = longestStall();
  const { residual } = await recording;
  await begun;
  const stall = await longestStall();
  if (residual > limit) throw new Error(`the audio device lost time: ${(residual * 1_000).toFixed(2)} ms`);
  if (stall > STALL)
    throw new Error(`the audio device lost time: the machine stood for ${stall.toFixed(0)} ms`);
  return recording;
}
