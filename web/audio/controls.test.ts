import { describe, expect, test } from "vitest";
import { ROOM_TRACK } from "#shared/live/target.ts";
import { DEFAULT_ROOM_EFFECTS } from "#shared/music/effects.ts";
import { paramByName } from "#shared/music/params.ts";
import { Controls } from "./controls.ts";
import { note, track } from "./fixtures.ts";
import type { OscMessage } from "./release-plan.ts";
import { Slots } from "./slots.ts";
import { knobBus } from "./voice-message.ts";

const CUTOFF = paramByName("cutoff")!.id;
const RELEASE = paramByName("release")!.id;

/** A saw in slot 1, and what the engine and the mixer are told. */
function stage() {
  const slots = new Slots();
  slots.assign([4, 7]);
  const sent: { readonly at: number | null; readonly message: OscMessage }[] = [];
  const levels: unknown[][] = [];
  const controls = new Controls({
    context: { currentTime: 10 },
    engine: {
      send: (message) => void sent.push({ at: null, message }),
      sendAt: (at, message) => void sent.push({ at, message }),
    },
    mixer: {
      setLevel: (...told) => void levels.push(told),
      setEffect: (...told) => void levels.push(told),
      moveRoomEffect: (...told) => void levels.push(told),
    },
    slots,
  });
  const saw = track(7, [note(0)], { instrument: "saw" });
  const withCutoff = (cutoff: number) => ({ ...saw, params: { ...saw.params, cutoff } });
  return { controls, sent, levels, saw, withCutoff };
}

const bus = knobBus(1, CUTOFF);
const ofBus = (sent: ReturnType<typeof stage>["sent"], wanted: number) =>
  sent.filter(({ message }) => message[1] === wanted).map(({ at, message }) => ({ at, value: message[2] }));

describe("the controls as they are heard", () => {
  test("[LIV13] a new track's knobs stand at once, and what changes later glides", () => {
    const { controls, sent, withCutoff } = stage();
    controls.setTracks([withCutoff(80)]);
    expect(ofBus(sent, bus)).toEqual([{ at: null, value: 80 }]);
    expect(ofBus(sent, knobBus(1, RELEASE))).toHaveLength(1);
    sent.length = 0;
    controls.setTracks([withCutoff(80)]);
    expect(sent).toEqual([]);
    controls.setTracks([withCutoff(100)]);
    const glide = ofBus(sent, bus);
    expect(glide.map(({ value }) => value)).toEqual([85, 90, 95, 100]);
    sent.length = 0;
    controls.resend();
    expect(ofBus(sent, bus)).toEqual([{ at: null, value: 100 }]);
    for (const [i, { at }] of glide.entries()) expect(at).toBeCloseTo(10.01 + (i + 1) * 0.004, 9);
  });

  test("[LIV18] while a hand holds an effect of the room it is heard there, and where the document says after it", () => {
    const { controls, levels } = stage();
    expect(controls.roomAsHeard(DEFAULT_ROOM_EFFECTS)).toBe(DEFAULT_ROOM_EFFECTS);
    const move = { track: ROOM_TRACK, control: "echoFeedback", value: 0.8 } as const;
    controls.moveAt(11, [move]);
    controls.moveNow({ ...move, control: "reverbSize", value: 3 });
    expect(levels).toEqual([
      ["echoFeedback", 0.8, 11],
      ["reverbSize", 3, 0],
    ]);
    expect(controls.roomAsHeard(DEFAULT_ROOM_EFFECTS)).toEqual({
      ...DEFAULT_ROOM_EFFECTS,
      echoFeedback: 0.8,
      reverbSize: 3,
    });
    controls.release(ROOM_TRACK, "echoFeedback");
    controls.release(ROOM_TRACK, "reverbSize");
    expect(controls.roomAsHeard(DEFAULT_ROOM_EFFECTS)).toBe(DEFAULT_ROOM_EFFECTS);
  });

  test("[LIV13] while a hand holds a knob the document waits, and stands again once it is let go", () => {
    const { controls, sent, withCutoff } = stage();
    controls.setTracks([withCutoff(80)]);
    sent.length = 0;
    controls.moveAt(11, [
      { track: 7, control: CUTOFF, value: 90 },
      { track: 7, control: RELEASE, value: 1e9 },
    ]);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      at: 11,
      message: ["/c_set", bus, 90, knobBus(1, RELEASE), expect.any(Number)],
    });
    expect(sent[0]!.message[4]).toBeLessThanOrEqual(8);
    controls.setTracks([withCutoff(60)]);
    expect(ofBus(sent, bus)).toHaveLength(1);
    controls.release(7, CUTOFF);
    controls.setTracks([withCutoff(60)]);
    expect(ofBus(sent, bus).at(-1)?.value).toBe(60);
  });

  test("[LIV13] a volume in a hand is the mixer's, and a mute stays one", () => {
    const { controls, levels, saw } = stage();
    controls.setTracks([{ ...saw, muted: true }]);
    controls.moveAt(11, [{ track: 7, control: "volume", value: 0.5 }]);
    controls.moveNow({ track: 7, control: "pan", value: -1 });
    expect(levels).toEqual([
      [1, "volume", 0.5, true, 11],
      [1, "pan", -1, true, 0],
    ]);
    expect(controls.setTracks([saw])).toMatchObject([{ volume: 0.5, pan: -1 }]);
    controls.release(7, "volume");
    expect(controls.setTracks([saw])).toMatchObject([{ volume: 1, pan: -1 }]);
  });

  test("[LIV13] an effect in a hand is the mixer's, and the document's stands again once it is let go", () => {
    const { controls, levels, saw } = stage();
    controls.setTracks([saw]);
    controls.moveAt(11, [{ track: 7, control: "filter", value: -0.5 }]);
    controls.moveNow({ track: 7, control: "echo", value: 0.25 });
    expect(levels).toEqual([
      [1, "filter", -0.5, 11],
      [1, "echo", 0.25, 0],
    ]);
    expect(controls.setTracks([saw])).toMatchObject([
      { effects: { ...saw.effects, filter: -0.5, echo: 0.25 } },
    ]);
    controls.release(7, "filter");
    expect(controls.setTracks([saw])).toMatchObject([{ effects: { filter: 0, echo: 0.25 } }]);
  });
});
