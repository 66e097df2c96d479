/**
 * What a command means: the registers that it writes in one delta, given the document as it is here.
 * Nothing is sent or stamped; a toggle comes out resolved, so that two people who set the same step
 * at once have set it, not set and emptied it.
 */
import { err, ok, type Result } from "../lib/result.ts";
import { EFFECTS, type Effect, isTrackEffect, nearestValue } from "../music/effects.ts";
import { instrumentById } from "../music/instruments.ts";
import { isLevel, LEVELS } from "../music/levels.ts";
import type { Jam, Track } from "../music/model.ts";
import { orderBetween } from "../music/order.ts";
import { paramByName } from "../music/params.ts";
import { SCALES } from "../music/scales.ts";
import { setTempo, startPlayback, stopPlayback, type Timeline } from "../music/timeline.ts";
import { knobRange } from "../music/voice.ts";
import type { Command, CommandError, CommandErrorCode } from "../protocol/commands.ts";
import { LIMITS } from "../protocol/limits.ts";
import type { RoomTime } from "../time/instants.ts";
import type { RegisterKey, RegisterValue, SceneField, TrackField, Write } from "./delta.ts";
import type { JamDocument } from "./document.ts";
import { DEFAULT_LENGTH, DEFAULT_VOLUME } from "./read.ts";
import { firstFreeId } from "./track-ids.ts";
import { DEFAULT_NOTE, normaliseValue, sameValue } from "./values.ts";

export interface CommandContext {
  readonly now: RoomTime;
  /** Seconds ahead at which a transport change takes effect. */
  readonly lead: number;
  readonly actor: number;
}

type Outcome = Result<Write[], CommandError>;
type Of<T extends Command["type"]> = Extract<Command, { type: T }>;

const SHAPES = 16;
const CHAIN: RegisterKey = { kind: "chain" };

const fail = (code: CommandErrorCode, message: string) => err({ code, message });
const unknownTrack = (id: number) => fail("TRACK_UNKNOWN", `there is no track ${id}`);
const unknownInstrument = (id: string) => fail("INSTRUMENT_UNKNOWN", `there is no instrument "${id}"`);

const trackKey = (track: number, field: TrackField): RegisterKey => ({ kind: "track", track, field });

/** The writes of one delta; none when nothing would change. */
export function applyCommand(document: JamDocument, command: Command, context: CommandContext): Outcome {
  const outcome = meaning(document, command, context);
  return outcome.ok ? ok(onlyChanges(document, outcome.value)) : outcome;
}

/** Without what stands there already; a floor and what comes with it are one. */
export function onlyChanges(document: JamDocument, writes: Write[]): Write[] {
  const hasFloor = writes.some(({ key }) => key.kind === "floor");
  return hasFloor ? writes : writes.filter((write) => changes(document, write));
}

const changes = (document: JamDocument, { key, value }: Write): boolean =>
  !sameValue(document.get(key)?.value ?? null, normaliseValue(key, value));

function meaning(document: JamDocument, command: Command, context: CommandContext): Outcome {
  const jam = document.jam();
  switch (command.type) {
    case "TRACK_ADD":
      return addTrack(document, jam, command, context.actor);
    case "ROOM_SET":
      return setRoom(command);
    case "ROOM_EFFECT_SET":
      return setEffect(
        { kind: "roomEffect", effect: command.effect },
        command.value,
        jam.effects[command.effect],
      );
    case "SWING_SET":
      return ok([{ key: { kind: "room", field: "swing" }, value: command.swing }]);
    case "TEMPO_SET":
      return transport(setTempo(jam.timeline, command.tempo, context.now, context.lead));
    case "SCENE_STORE":
      return storeScene(jam, command);
    case "SCENE_NAME":
      return sceneOf(jam, command.scene)
        ? ok([{ key: sceneKey(command.scene, "name"), value: command.name }])
        : unknownScene(command.scene);
    case "SCENE_RECALL":
      return recallScene(jam, command);
    case "SCENE_CLEAR":
      return ok([
        { key: sceneKey(command.scene, "patterns"), value: null },
        { key: sceneKey(command.scene, "name"), value: null },
      ]);
    case "CHAIN_SET":
      return setChain(jam, command);
    case "PLAYBACK_START":
      return transport(startPlayback(jam.timeline, context.now, context.lead));
    case "PLAYBACK_STOP":
      return transport(stopPlayback(jam.timeline, context.now, context.lead));
    default: {
      const track = jam.tracks.find(({ id }) => id === command.track);
      return track ? onTrack(document, jam, track, command) : unknownTrack(command.track);
    }
  }
}

function onTrack(
  document: JamDocument,
  jam: Jam,
  track: Track,
  command: Extract<Command, { track: number }>,
): Outcome {
  switch (command.type) {
    case "NOTE_TOGGLE": {
      const key = noteKey(track, command);
      const isSet = (document.get(key)?.value ?? null) !== null;
      return ok([{ key, value: isSet ? null : { ...DEFAULT_NOTE, velocity: command.velocity } }]);
    }
    case "NOTE_SET":
      return ok([
        { key: noteKey(track, command), value: command.velocity === 0 ? null : noteValue(command) },
      ]);
    case "PATTERN_UPDATE":
      return replacePattern(document, track, command);
    case "LENGTH_SET":
      return ok([{ key: lengthKey(track), value: command.length }]);
    case "PATTERN_SELECT":
      return ok(selectPattern(track, command.pattern));
    case "PATTERN_COPY":
      return copyPattern(document, track, command);
    case "PARAM_SET":
      return setParam(track, command.param, command.value);
    case "EFFECT_SET":
      return setControl(track, command.effect, command.value);
    case "CONTROLS_SET":
      return setControls(track, command.values);
    case "TRACK_REMOVE":
      return ok([{ key: trackKey(track.id, "alive"), value: false }]);
    case "TRACK_SET":
      return setTrack(document, jam, track, command);
  }
}

const transport = (timeline: Timeline | null): Outcome =>
  ok(timeline ? [{ key: { kind: "room", field: "transport" }, value: timeline }] : []);

const noteKey = (track: Track, { step, pitch }: { step: number; pitch: number }): RegisterKey => ({
  kind: "note",
  track: track.id,
  pattern: track.patternIndex,
  step,
  pitch,
});

const lengthKey = (track: Track): RegisterKey => ({
  kind: "length",
  track: track.id,
  pattern: track.patternIndex,
});

type NoteFields = { velocity: number; gate: number; probability: number; ratchet: number };
const noteValue = ({ velocity, gate, probability, ratchet }: NoteFields): RegisterValue => ({
  velocity,
  gate,
  probability,
  ratchet,
});

function replacePattern(document: JamDocument, track: Track, command: Of<"PATTERN_UPDATE">): Outcome {
  const outside = command.notes.find(({ step }) => step >= command.length);
  if (outside) return fail("INVALID", `step ${outside.step} lies outside a length of ${command.length}`);
  // Of two notes in one cell the later counts.
  const cells = new Map(command.notes.map((note) => [note.step * 128 + note.pitch, note]));
  const length: Write = { key: lengthKey(track), value: command.length };
  return ok([
    { key: { kind: "floor", track: track.id, pattern: track.patternIndex }, value: null },
    ...(changes(document, length) ? [length] : []),
    ...[...cells.values()].map((note) => ({ key: noteKey(track, note), value: noteValue(note) })),
  ]);
}

/** A track that never selected any has the first: choosing that again writes nothing. */
const selectPattern = (track: Track, pattern: number): Write[] =>
  pattern === track.patternIndex ? [] : [{ key: trackKey(track.id, "pattern"), value: pattern }];

function copyPattern(document: JamDocument, track: Track, { from, to }: Of<"PATTERN_COPY">): Outcome {
  if (from === to) return ok([]);
  const cells = document.notes(track.id, from);
  if (cells.length > LIMITS.notesPerCopy)
    return fail("INVALID", `from: more than ${LIMITS.notesPerCopy} notes stand there`);
  const valueOf = (key: RegisterKey): RegisterValue => document.get(key)?.value ?? null;
  const length = (pattern: number): RegisterKey => ({ kind: "length", track: track.id, pattern });
  const newLength: Write = { key: length(to), value: valueOf(length(from)) };
  return ok([
    { key: { kind: "floor", track: track.id, pattern: to }, value: null },
    ...(changes(document, newLength) ? [newLength] : []),
    ...cells.map((key): Write => ({ key: { ...key, pattern: to }, value: valueOf(key) })),
  ]);
}

const sceneKey = (scene: number, field: SceneField): RegisterKey => ({ kind: "scene", scene, field });
const sceneOf = (jam: Jam, scene: number) => jam.scenes.find(({ index }) => index === scene);
const unknownScene = (scene: number) => fail("SCENE_UNKNOWN", `nothing is stored in scene ${scene}`);

function storeScene(jam: Jam, { scene, name }: Of<"SCENE_STORE">): Outcome {
  if (jam.tracks.length === 0) return fail("INVALID", "there are no tracks whose patterns could be stored");
  const patterns = jam.tracks.map((track) => [track.id, track.patternIndex] as const);
  const named: Write[] = name === undefined ? [] : [{ key: sceneKey(scene, "name"), value: name }];
  return ok([{ key: sceneKey(scene, "patterns"), value: patterns }, ...named]);
}

/** Who calls for a scene wants to hear it: a running chain, which would go on with its own, ends with it. */
function recallScene(jam: Jam, { scene }: Of<"SCENE_RECALL">): Outcome {
  const stored = sceneOf(jam, scene);
  if (!stored) return unknownScene(scene);
  const patterns = new Map(stored.patterns);
  const selects = jam.tracks.flatMap((track) =>
    selectPattern(track, patterns.get(track.id) ?? track.patternIndex),
  );
  return ok(jam.chain.on ? [...selects, { key: CHAIN, value: { ...jam.chain, on: false } }] : selects);
}

function setChain({ chain }: Jam, { entries, on }: Of<"CHAIN_SET">): Outcome {
  if (entries === undefined && on === undefined) return fail("INVALID", "CHAIN_SET needs at least one field");
  return ok([{ key: CHAIN, value: { on: on ?? chain.on, entries: entries ?? chain.entries } }]);
}

function setParam(track: Track, name: string, value: number): Outcome {
  const instrument = instrumentById(track.instrument);
  const range = instrument && knobRange(instrument, name);
  const param = paramByName(name);
  if (!range || !param) return unknownParam(track, name);
  return (
    within(name, value, range) ?? ok([{ key: { kind: "param", track: track.id, param: param.id }, value }])
  );
}

const unknownParam = (track: Track, name: string) =>
  fail(
    "PARAM_UNKNOWN",
    `"${name}" is no parameter of ${instrumentById(track.instrument)?.label ?? "this track"}`,
  );

const within = (name: string, value: number, { min, max }: { min: number; max: number }) =>
  value < min || value > max ? fail("INVALID", `value: ${name} lies between ${min} and ${max}`) : null;

function setControl(track: Track, name: string, value: number): Outcome {
  if (isTrackEffect(name))
    return setEffect({ kind: "effect", track: track.id, effect: name }, value, track.effects[name]);
  if (!isLevel(name)) return setParam(track, name, value);
  return within(name, value, LEVELS[name]) ?? ok([{ key: trackKey(track.id, name), value }]);
}

function setControls(track: Track, values: Readonly<Record<string, number>>): Outcome {
  const writes: Write[] = [];
  if (Object.keys(values).length === 0) return fail("INVALID", "values: at least one control");
  for (const [name, value] of Object.entries(values)) {
    const set = setControl(track, name, value);
    if (!set.ok) return set;
    writes.push(...set.value);
  }
  return ok(writes);
}

/** Where nothing was ever set stands the default (`now`): setting that writes nothing. */
function setEffect(key: RegisterKey & { readonly effect: Effect }, value: number, now: number): Outcome {
  const nearest = nearestValue(key.effect, value);
  return (
    within(key.effect, value, EFFECTS[key.effect]) ?? ok(nearest === now ? [] : [{ key, value: nearest }])
  );
}

function addTrack(document: JamDocument, jam: Jam, command: Of<"TRACK_ADD">, actor: number): Outcome {
  const instrument = instrumentById(command.instrument);
  if (!instrument) return unknownInstrument(command.instrument);
  if (jam.tracks.length >= LIMITS.tracks)
    return fail("TRACKS_FULL", `a jam has ${LIMITS.tracks} tracks at most`);
  const id = firstFreeId(document, actor, 1);
  if (id === null) return fail("TRACKS_FULL", "too many tracks were added from this page: reload it");
  const shapes = new Set(jam.tracks.map(({ shape }) => shape));
  const shape = Array.from({ length: SHAPES }, (_, index) => index).find((index) => !shapes.has(index)) ?? 0;
  const field = (name: TrackField, value: RegisterValue): Write => ({ key: trackKey(id, name), value });
  return ok([
    field("alive", true),
    field("name", command.name ?? instrument.label),
    field("instrument", instrument.id),
    field("order", orderBefore(document, jam, null, id)),
    field("volume", DEFAULT_VOLUME),
    field("pan", 0),
    field("shape", shape),
    { key: { kind: "length", track: id, pattern: 0 }, value: DEFAULT_LENGTH },
  ]);
}

function setTrack(document: JamDocument, jam: Jam, track: Track, command: Of<"TRACK_SET">): Outcome {
  const writes: Write[] = [];
  for (const field of ["name", "instrument", "volume", "pan", "muted", "padX", "padY"] as const) {
    const value = command[field];
    if (value !== undefined) writes.push({ key: trackKey(track.id, field), value });
  }
  const lost = [command.padX, command.padY].find((name) => name && !isControl(track, name));
  if (lost) return unknownParam(track, lost);
  if (command.instrument !== undefined && !instrumentById(command.instrument))
    return unknownInstrument(command.instrument);
  const { before } = command;
  if (before !== undefined && before !== null && !jam.tracks.some(({ id }) => id === before))
    return unknownTrack(before);
  if (before !== undefined && before !== track.id)
    writes.push({ key: trackKey(track.id, "order"), value: orderBefore(document, jam, before, track.id) });
  return writes.length > 0 || before !== undefined
    ? ok(writes)
    : fail("INVALID", "TRACK_SET needs at least one field");
}

const isControl = ({ params, effects }: Track, name: string): boolean =>
  isLevel(name) || Object.hasOwn({ ...params, ...effects }, name);

/** A place before that track (null: after all), as if `moving` stood nowhere. */
function orderBefore(document: JamDocument, jam: Jam, before: number | null, moving: number): string {
  const others = jam.tracks.filter(({ id }) => id !== moving);
  const at = before === null ? others.length : others.findIndex(({ id }) => id === before);
  const orderOf = (track: Track | undefined): string | null =>
    track ? ((document.get(trackKey(track.id, "order"))?.value ?? "") as string) : null;
  return orderBetween(orderOf(others[at - 1]), orderOf(others[at]));
}

function setRoom(command: Of<"ROOM_SET">): Outcome {
  if (command.scale !== undefined && !Object.hasOwn(SCALES, command.scale))
    return fail("SCALE_UNKNOWN", `there is no scale "${command.scale}"`);
  const writes: Write[] = [];
  for (const field of ["name", "scale", "root"] as const) {
    const value = command[field];
    if (value !== undefined) writes.push({ key: { kind: "room", field }, value });
  }
  return writes.length > 0 ? ok(writes) : fail("INVALID", "ROOM_SET needs at least one field");
}
