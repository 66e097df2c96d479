/**
 * What a jam's file becomes in a document: the registers of a new room, or of a room whose tracks give
 * way to the file's. Nothing of the old ones is erased: they are not alive any more, what others do to
 * them meanwhile is kept, and taking the change back shows them as they then are.
 */
import { err, ok, type Result } from "../lib/result.ts";
import {
  DEFAULT_ROOM_EFFECTS,
  EFFECTS,
  ROOM_EFFECTS,
  type RoomEffects,
  TRACK_EFFECTS,
} from "../music/effects.ts";
import type { ScenePatterns } from "../music/model.ts";
import { orderBetween } from "../music/order.ts";
import { paramByName } from "../music/params.ts";
import { setTempo, stoppedTimeline } from "../music/timeline.ts";
import type { CommandError } from "../protocol/commands.ts";
import { LIMITS } from "../protocol/limits.ts";
import { type CommandContext, onlyChanges } from "./commands.ts";
import type { RegisterValue, RoomField, TrackField, Write } from "./delta.ts";
import type { JamDocument } from "./document.ts";
import { type JamFile, type JamFileTrack, readJamFile } from "./jam-file.ts";
import { firstFreeId } from "./track-ids.ts";

const roomWrite = (field: RoomField, value: RegisterValue): Write => ({
  key: { kind: "room", field },
  value,
});
const trackWrite = (track: number, field: TrackField, value: RegisterValue): Write => ({
  key: { kind: "track", track, field },
  value,
});

/** A new room that begins with this jam: its tracks from number 1 on, stopped at beat 0. */
export const firstJamWrites = (jam: JamFile): Write[] => [
  roomWrite("transport", stoppedTimeline(jam.tempo)),
  ...roomWrites(jam, DEFAULT_ROOM_EFFECTS),
  ...contents(jam, 1),
  ...jam.tracks.map((_, index) => trackWrite(1 + index, "alive", true)),
  ...sceneWrites(jam, 1),
];

/**
 * What `JAM_REPLACE` means: the writes, and the tempo of what was opened. `content` is read as a file's is, and
 * what is wrong with it is said as there.
 */
export function openJam(
  document: JamDocument,
  content: unknown,
  context: CommandContext,
): Result<{ readonly writes: Write[]; readonly tempo: number }, CommandError> {
  const read = readJamFile(content);
  if (!read.ok) return err({ code: "INVALID", message: `jam: ${read.error.message}` });
  const { jam } = read.value;
  const writes = replaceJam(document, jam, context);
  return writes.ok ? ok({ writes: onlyChanges(document, writes.value), tempo: jam.tempo }) : writes;
}

/**
 * The jam in place of what plays here. What is seen of it comes last: until then the new tracks are
 * there and not alive, so that of several deltas the last one alone changes what anybody sees or hears.
 */
function replaceJam(
  document: JamDocument,
  jam: JamFile,
  { actor, now, lead }: CommandContext,
): Result<Write[], CommandError> {
  const first = firstFreeId(document, actor, jam.tracks.length);
  if (first === null)
    return err({ code: "TRACKS_FULL", message: "too many tracks were added from this page: reload it" });
  const { timeline, scenes, effects } = document.jam();
  const transport = setTempo(timeline, jam.tempo, now, lead);
  const kept = new Set(jam.scenes.map(({ index }) => index));
  const gone = document
    .trackIds()
    .filter((track) => document.get({ kind: "track", track, field: "alive" })?.value === true);
  const writes = [
    ...contents(jam, first),
    ...gone.map((track) => trackWrite(track, "alive", false)),
    ...jam.tracks.map((_, index) => trackWrite(first + index, "alive", true)),
    ...roomWrites(jam, effects),
    ...scenes.flatMap(({ index }) => (kept.has(index) ? [] : sceneWrite(index, null, null))),
    ...sceneWrites(jam, first),
    ...(transport === timeline ? [] : [roomWrite("transport", transport)]),
  ];
  if (document.size + writes.length > LIMITS.registers)
    return err({
      code: "DOCUMENT_FULL",
      message: "this room has no space left for it: open it in a new room",
    });
  return ok(writes);
}

/** `present`: what the effects of the room are without these writes. */
const roomWrites = ({ name, swing, scale, root, effects }: JamFile, present: RoomEffects): Write[] => [
  roomWrite("name", name),
  roomWrite("swing", swing),
  roomWrite("scale", scale),
  roomWrite("root", root),
  ...ROOM_EFFECTS.filter((effect) => effects[effect] !== present[effect]).map(
    (effect): Write => ({ key: { kind: "roomEffect", effect }, value: effects[effect] }),
  ),
];

const sceneWrite = (scene: number, patterns: ScenePatterns | null, name: string | null): Write[] => [
  { key: { kind: "scene", scene, field: "patterns" }, value: patterns },
  { key: { kind: "scene", scene, field: "name" }, value: name },
];

/** Scenes and the chain, of tracks that are numbered from `first` on. */
const sceneWrites = ({ scenes, chain }: JamFile, first: number): Write[] => [
  ...scenes.flatMap(({ index, name, patterns }) => {
    const known = patterns.flatMap((pattern, track) =>
      pattern === null ? [] : [[first + track, pattern] as const],
    );
    return sceneWrite(index, known, name);
  }),
  { key: { kind: "chain" }, value: chain },
];

function contents(jam: JamFile, first: number): Write[] {
  let order: string | null = null;
  return jam.tracks.flatMap((track, index) => {
    order = orderBetween(order, null);
    return trackWrites(track, first + index, order);
  });
}

/** All of a track but that it is alive. */
function trackWrites(given: JamFileTrack, track: number, order: string): Write[] {
  const writes: Write[] = [trackWrite(track, "order", order)];
  for (const field of ["name", "instrument", "volume", "pan", "muted", "pattern", "shape"] as const)
    writes.push(trackWrite(track, field, given[field]));
  for (const [name, value] of Object.entries(given.params)) {
    const param = paramByName(name);
    if (param) writes.push({ key: { kind: "param", track, param: param.id }, value });
  }
  // The track is new: what is not written there is as it is without effects.
  for (const effect of TRACK_EFFECTS)
    if (given.effects[effect] !== EFFECTS[effect].default)
      writes.push({ key: { kind: "effect", track, effect }, value: given.effects[effect] });
  if (given.pad.x !== "") writes.push(trackWrite(track, "padX", given.pad.x));
  if (given.pad.y !== "") writes.push(trackWrite(track, "padY", given.pad.y));
  for (const { index: pattern, length, notes } of given.patterns) {
    writes.push({ key: { kind: "length", track, pattern }, value: length });
    for (const { step, pitch, ...value } of notes)
      writes.push({ key: { kind: "note", track, pattern, step, pitch }, value });
  }
  return writes;
}
