/**
 * The form of a jam's file (docs/jam-file.md): what each field may hold, what stands for one that is left out, and in
 * words what is wrong with it. What one field says of another is `jam-file.ts`'s to check.
 */
import * as v from "valibot";
import { DEFAULT_ROOM_EFFECTS, ECHO_STEPS, type Effect, EFFECTS, NO_EFFECTS } from "../music/effects.ts";
import { LIMITS } from "../protocol/limits.ts";
import { DEFAULT_LENGTH, DEFAULT_TEMPO, DEFAULT_VOLUME } from "./read.ts";

const integer = (min: number, max: number) => {
  const says = `a whole number, ${min} to ${max}`;
  return v.pipe(v.number(says), v.integer(says), v.minValue(min, says), v.maxValue(max, says));
};
const real = (min: number, max: number) => {
  const says = `${min} to ${max}`;
  return v.pipe(v.number(says), v.minValue(min, says), v.maxValue(max, says));
};
const text = v.pipe(
  v.string("a text"),
  v.maxLength(LIMITS.nameLength, `${LIMITS.nameLength} characters at most`),
);
const list = <T extends v.GenericSchema>(item: T, max: number) =>
  v.pipe(v.array(item, "a list"), v.maxLength(max, `${max} at most`));
/** Unknown fields are left out: a later version may have put them there. */
const object = <T extends v.ObjectEntries>(entries: T) =>
  v.object(entries, ({ expected }) => (expected?.startsWith('"') ? "is missing" : "an object"));

const JamNote = object({
  step: integer(0, LIMITS.steps - 1),
  pitch: integer(0, 127),
  velocity: v.optional(integer(1, 127), 100),
  gate: v.optional(real(0.125, 31.875), 1),
  probability: v.optional(real(0, 1), 1),
  ratchet: v.optional(integer(1, 8), 1),
});

const JamPattern = object({
  index: integer(0, LIMITS.patterns - 1),
  length: v.optional(integer(1, LIMITS.steps), DEFAULT_LENGTH),
  notes: v.optional(list(JamNote, LIMITS.registers), []),
});

const amount = (effect: Effect) =>
  v.optional(real(EFFECTS[effect].min, EFFECTS[effect].max), EFFECTS[effect].default);

const JamTrackEffects = object({
  filter: amount("filter"),
  resonance: amount("resonance"),
  echo: amount("echo"),
  reverb: amount("reverb"),
});

const JamRoomEffects = object({
  echoSteps: v.optional(
    v.picklist(ECHO_STEPS, `${ECHO_STEPS.slice(0, -1).join(", ")} or ${ECHO_STEPS.at(-1)}`),
    DEFAULT_ROOM_EFFECTS.echoSteps as (typeof ECHO_STEPS)[number],
  ),
  echoFeedback: amount("echoFeedback"),
  reverbSize: amount("reverbSize"),
});

const JamPad = object({ x: v.optional(text, ""), y: v.optional(text, "") });
export const NO_PAD = { x: "", y: "" } as const;

const JamTrack = object({
  /** Left out: the instrument's label. */
  name: v.optional(text),
  instrument: text,
  volume: v.optional(real(0, 1.5), DEFAULT_VOLUME),
  pan: v.optional(real(-1, 1), 0),
  muted: v.optional(v.boolean("true or false"), false),
  /** Left out: the track's place. */
  shape: v.optional(integer(0, 15)),
  pattern: v.optional(integer(0, LIMITS.patterns - 1), 0),
  /** Only the instrument's own knobs count, and theirs are checked by their ranges. */
  params: v.optional(v.record(v.string(), v.unknown(), "an object"), {}),
  effects: v.optional(JamTrackEffects, NO_EFFECTS),
  pad: v.optional(JamPad, NO_PAD),
  patterns: v.optional(list(JamPattern, LIMITS.patterns), []),
});

const JamScene = object({
  index: integer(0, LIMITS.scenes - 1),
  name: v.optional(text, ""),
  /** Of each track in its order; null, or nothing at the end, where the scene does not know the track. */
  patterns: list(v.nullable(integer(0, LIMITS.patterns - 1)), LIMITS.tracks),
});

const JamChain = object({
  on: v.optional(v.boolean("true or false"), false),
  entries: list(
    object({ scene: integer(0, LIMITS.scenes - 1), bars: integer(1, LIMITS.chainBars) }),
    LIMITS.chain,
  ),
});

export const JamFileSchema = object({
  name: v.optional(text, ""),
  tempo: v.optional(real(LIMITS.tempo.min, LIMITS.tempo.max), DEFAULT_TEMPO),
  swing: v.optional(real(LIMITS.swing.min, LIMITS.swing.max), 50),
  scale: v.optional(text, "chromatic"),
  root: v.optional(integer(0, 11), 0),
  tracks: list(JamTrack, LIMITS.tracks),
  scenes: v.optional(list(JamScene, LIMITS.scenes), []),
  chain: v.optional(JamChain, { entries: [] }),
  effects: v.optional(JamRoomEffects, {}),
});

type GivenJam = v.InferOutput<typeof JamFileSchema>;
export type GivenTrack = GivenJam["tracks"][number];
export type GivenScene = GivenJam["scenes"][number];
