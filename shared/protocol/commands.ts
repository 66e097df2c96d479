/**
 * Commands: what a user means, as plain objects. They never travel: `document/commands.ts` turns one
 * into the writes of one delta. They are also the inspector's API, so every field is validated here.
 */
import * as v from "valibot";
import { ROOM_EFFECTS, TRACK_EFFECTS } from "../music/effects.ts";
import { LIMITS } from "./limits.ts";
import { finite, integer } from "./numbers.ts";

const real = (min: number, max: number) => v.pipe(finite, v.minValue(min), v.maxValue(max));

const track = integer(0, 0xffff_ffff);
const step = integer(0, LIMITS.steps - 1);
const pitch = integer(0, 127);
const velocity = integer(1, 127);
/** In steps; rounded to eighths of a step. */
const gate = real(0.125, 31.875);
const probability = real(0, 1);
const ratchet = integer(1, 8);
const length = integer(1, LIMITS.steps);
const pattern = integer(0, LIMITS.patterns - 1);
const scene = integer(0, LIMITS.scenes - 1);
/** A parameter, an effect, an instrument or a scale: whether there is one of that name is asked later. */
const identifier = v.pipe(v.string(), v.maxLength(40));
const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(LIMITS.nameLength));
const note = v.strictObject({
  step,
  pitch,
  velocity,
  gate: v.optional(gate, 1),
  probability: v.optional(probability, 1),
  ratchet: v.optional(ratchet, 1),
});

export const Command = v.variant("type", [
  /** Empty becomes a note, a note becomes empty; what it became travels, not the toggle. */
  v.strictObject({ type: v.literal("NOTE_TOGGLE"), track, step, pitch, velocity: v.optional(velocity, 100) }),
  /** `velocity: 0` empties the cell. */
  v.strictObject({
    type: v.literal("NOTE_SET"),
    track,
    step,
    pitch,
    velocity: integer(0, 127),
    gate: v.optional(gate, 1),
    probability: v.optional(probability, 1),
    ratchet: v.optional(ratchet, 1),
  }),
  /** Replaces the whole pattern: what it does not list is gone, also what others write at the same moment. */
  v.strictObject({
    type: v.literal("PATTERN_UPDATE"),
    track,
    length,
    notes: v.pipe(v.array(note), v.maxLength(LIMITS.notesPerUpdate)),
  }),
  v.strictObject({ type: v.literal("LENGTH_SET"), track, length }),
  /** Which of its patterns the track shows and plays, for everybody. */
  v.strictObject({ type: v.literal("PATTERN_SELECT"), track, pattern }),
  /** Replaces the whole pattern `to` by what stands in `from`, notes beyond its length too. */
  v.strictObject({ type: v.literal("PATTERN_COPY"), track, from: pattern, to: pattern }),
  /** The scene remembers which pattern each track has selected; it keeps its name unless one is given. */
  v.strictObject({ type: v.literal("SCENE_STORE"), scene, name: v.optional(name) }),
  v.strictObject({ type: v.literal("SCENE_NAME"), scene, name }),
  /** Selects every track's pattern as the scene remembers it, and ends the chain, so that it is heard. */
  v.strictObject({ type: v.literal("SCENE_RECALL"), scene }),
  v.strictObject({ type: v.literal("SCENE_CLEAR"), scene }),
  /** At least one of both; the other stays as it is. */
  v.strictObject({
    type: v.literal("CHAIN_SET"),
    entries: v.optional(
      v.pipe(
        v.array(v.strictObject({ scene, bars: integer(1, LIMITS.chainBars) })),
        v.maxLength(LIMITS.chain),
      ),
    ),
    on: v.optional(v.boolean()),
  }),
  /** `param` is a synth parameter of the track's instrument, `value` in that parameter's unit. */
  v.strictObject({
    type: v.literal("PARAM_SET"),
    track,
    param: identifier,
    value: finite,
  }),
  /** Controls of one part by name (parameters, effects, "volume", "pan"), in one delta: what a hand on the pad lets go of. */
  v.strictObject({
    type: v.literal("CONTROLS_SET"),
    track,
    values: v.record(identifier, finite),
  }),
  /** Ranges and meanings stand in `music/effects.ts`. */
  v.strictObject({
    type: v.literal("EFFECT_SET"),
    track,
    effect: v.picklist(TRACK_EFFECTS),
    value: finite,
  }),
  /** What everybody's tracks send to; `echoSteps` becomes the nearest of 1, 2, 3, 4, 6 and 8. */
  v.strictObject({
    type: v.literal("ROOM_EFFECT_SET"),
    effect: v.picklist(ROOM_EFFECTS),
    value: finite,
  }),
  v.strictObject({
    type: v.literal("TRACK_ADD"),
    instrument: identifier,
    name: v.optional(name),
  }),
  v.strictObject({ type: v.literal("TRACK_REMOVE"), track }),
  /** At least one field; all of them land in one delta. `before` is the id of the track to stand before, null for last. */
  v.strictObject({
    type: v.literal("TRACK_SET"),
    track,
    name: v.optional(name),
    instrument: v.optional(identifier),
    volume: v.optional(real(0, 1.5)),
    pan: v.optional(real(-1, 1)),
    muted: v.optional(v.boolean()),
    /** A control of the part for this axis of its pad: a parameter, an effect, "volume" or "pan"; "" for the instrument's own choice. */
    padX: v.optional(identifier),
    padY: v.optional(identifier),
    before: v.optional(v.nullable(track)),
  }),
  v.strictObject({
    type: v.literal("ROOM_SET"),
    name: v.optional(name),
    scale: v.optional(identifier),
    root: v.optional(integer(0, 11)),
  }),
  v.strictObject({ type: v.literal("TEMPO_SET"), tempo: real(LIMITS.tempo.min, LIMITS.tempo.max) }),
  v.strictObject({ type: v.literal("SWING_SET"), swing: real(LIMITS.swing.min, LIMITS.swing.max) }),
  v.strictObject({ type: v.literal("PLAYBACK_START") }),
  v.strictObject({ type: v.literal("PLAYBACK_STOP") }),
]);

const BY_TYPE: ReadonlyMap<string, (typeof Command.options)[number]> = new Map(
  Command.options.map((schema) => [schema.entries.type.literal, schema]),
);

/** What `Command` makes of it, by the schema of its type alone: the union tries one after the other. */
export const parseCommand = (input: { readonly type: string }): v.SafeParseResult<typeof Command> =>
  v.safeParse(BY_TYPE.get(input.type) ?? Command, input);

/**
 * Today's tracks give way to those of a jam's file; tempo, swing, scale, root and name become the file's. Apart
 * from the others, since the code that reads a file (`document/jam-replace.ts`) is fetched when one is opened.
 */
export interface JamReplace {
  readonly type: "JAM_REPLACE";
  /** The content of the file. */
  readonly jam: unknown;
}

/** Whatever a user may mean. */
export type CommandInput = v.InferInput<typeof Command> | JamReplace;
export type Command = v.InferOutput<typeof Command>;

export type CommandErrorCode =
  /** The object is not a command; the message names the field. */
  | "INVALID"
  | "TRACK_UNKNOWN"
  | "PARAM_UNKNOWN"
  | "INSTRUMENT_UNKNOWN"
  | "SCALE_UNKNOWN"
  /** Nothing is stored there. */
  | "SCENE_UNKNOWN"
  /** As many tracks as the engine has outputs for. */
  | "TRACKS_FULL"
  /** The document holds as many registers as a room may. */
  | "DOCUMENT_FULL"
  /** The code for it is still being fetched: try again in a moment. */
  | "NOT_READY"
  /** A leader has locked all that it would change. */
  | "LOCKED"
  /** Listeners do not edit. */
  | "FORBIDDEN"
  /** Too many edits wait for the connection; nothing more is taken until it is back. */
  | "UNSENT_FULL";

export interface CommandError {
  readonly code: CommandErrorCode;
  readonly message: string;
}
