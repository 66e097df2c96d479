/**
 * What an edit did, in words that follow a name: "Ada set C4 at step 5 in Bass". Told from the writes
 * alone, so that a conflict, the history and a tooltip say the same; who and when are said elsewhere.
 */
import { EFFECTS, type Effect, effectWords } from "../music/effects.ts";
import { format, panWord } from "../music/figures.ts";
import { instrumentById } from "../music/instruments.ts";
import { patternName, pitchClassName, pitchName } from "../music/names.ts";
import { controlInfo } from "../music/pad.ts";
import { paramById } from "../music/params.ts";
import type { Chain } from "../music/model.ts";
import { type Timeline, transportChange } from "../music/timeline.ts";
import { newestTempo } from "./conflicts.ts";
import { viewOf } from "../room/shown-view.ts";
import type {
  Conducted,
  Deed,
  NoteValue,
  RegisterKey,
  RegisterValue,
  RoomField,
  TrackField,
  Write,
} from "./delta.ts";
import type { JamDocument } from "./document.ts";
import { keyId } from "./keys.ts";
import { DEFAULT_NOTE, TEMPO_PARTS } from "./values.ts";

/** What parts are called, also those that are gone. */
export interface Naming {
  name(track: number): string;
  /** The instrument's id; "" when it is not known. */
  instrument(track: number): string;
  /** Who this actor is. */
  person?(actor: number): string;
}

export function namesIn(document: JamDocument): Naming {
  const text = (track: number, field: TrackField): string => {
    const value = document.get({ kind: "track", track, field })?.value;
    return typeof value === "string" ? value : "";
  };
  return {
    name: (track) => text(track, "name") || "a part",
    instrument: (track) => text(track, "instrument"),
  };
}

/** Phrases told; what is beyond them is counted. */
const TOLD = 2;

/** Never empty; of several writes to one register the last counts. */
export function describe(writes: readonly Write[], naming: Naming): string {
  const last = new Map(writes.map((write) => [keyId(write.key), write]));
  const phrases = [...trackPhrases([...last.values()], naming), ...roomPhrases([...last.values()], naming)];
  const [first = "made a change", second] = phrases;
  const more = phrases.length - TOLD;
  if (second === undefined) return first;
  if (more <= 0) return `${first} and ${second}`;
  return `${first}, ${second} and ${more} more ${more === 1 ? "change" : "changes"}`;
}

function roomPhrases(writes: readonly Write[], naming: Naming): string[] {
  const values = new Map<RoomField, RegisterValue>();
  for (const { key, value } of writes) if (key.kind === "room") values.set(key.field, value);
  const phrases: string[] = [];
  const transport = values.get("transport");
  if (transport) {
    const what = transportChange(transport as Timeline);
    phrases.push(
      what === "tempo" ? `set the tempo to ${round(newestTempo(transport) ?? 0)}` : `${what} the jam`,
    );
  }
  const swing = values.get("swing");
  if (typeof swing === "number") phrases.push(`set the swing to ${round(swing)} %`);
  const [root, scale] = [values.get("root"), values.get("scale")];
  if (typeof root === "number" && typeof scale === "string")
    phrases.push(`set the scale to ${pitchClassName(root)} ${scale}`);
  else if (typeof root === "number") phrases.push(`set the root to ${pitchClassName(root)}`);
  else if (typeof scale === "string") phrases.push(`set the scale to ${scale}`);
  const name = values.get("name");
  if (typeof name === "string") phrases.push(`named the room “${name}”`);
  for (const write of writes) phrases.push(...songPhrases(write));
  for (const { key, value } of writes)
    if (key.kind === "conducted" && value !== null)
      phrases.push(conductedPhrase(key.deed, value as Conducted, naming));
  return phrases;
}

/** Of what a leader did; the first number is who. */
function conductedPhrase(deed: Deed, conducted: Conducted, naming: Naming): string {
  const [by, what = 0, more] = conducted;
  switch (deed) {
    case "polarity":
      return what === 1 ? "turned the melodies upside down" : "turned the melodies back";
    case "silence":
      return what === 1 ? "silenced all parts" : "let all parts sound again";
    case "launch":
      return what === 0 ? "took back the call of a scene" : `called scene ${what}`;
    case "tempo":
      return `took the tempo to ${what / TEMPO_PARTS} in ${more === 1 ? "1 bar" : `${more ?? 0} bars`}`;
    case "lock":
      return `${what === 1 ? "locked" : "unlocked"} ${more === undefined ? "all editing" : naming.name(more)}`;
    case "follow": {
      const view = viewOf(conducted);
      if (!view) return "let everybody look where they like";
      return `brought everybody ${view.track === null ? "along" : `to ${naming.name(view.track)}`}`;
    }
    case "lead":
      return what === by ? "took the lead" : `handed the lead over to ${naming.person?.(what) ?? "somebody"}`;
  }
}

/** Of scenes, the chain and the effects of the room. */
function songPhrases({ key, value }: Write): string[] {
  if (key.kind === "scene" && key.field === "patterns")
    return [`${value === null ? "cleared" : "stored"} scene ${key.scene + 1}`];
  if (key.kind === "scene" && typeof value === "string") return [`named scene ${key.scene + 1} “${value}”`];
  if (key.kind === "roomEffect") return [effectPhrase(key.effect, value, "")];
  if (key.kind === "chain")
    return [(value as Chain | null)?.on ? "set the chain going" : "changed the chain"];
  return [];
}

interface OfTrack {
  readonly notes: { key: RegisterKey & { kind: "note" }; value: NoteValue | null }[];
  readonly fields: Map<TrackField, RegisterValue>;
  readonly params: [number, RegisterValue][];
  readonly effects: [Effect, RegisterValue][];
  hasFloor: boolean;
  length: RegisterValue;
}

function byTrack(writes: readonly Write[]): Map<number, OfTrack> {
  const tracks = new Map<number, OfTrack>();
  for (const { key, value } of writes) {
    if (!("track" in key)) continue;
    let track = tracks.get(key.track);
    if (!track)
      tracks.set(
        key.track,
        (track = { notes: [], fields: new Map(), params: [], effects: [], hasFloor: false, length: null }),
      );
    if (key.kind === "note") track.notes.push({ key, value: value as NoteValue | null });
    else if (key.kind === "track") track.fields.set(key.field, value);
    else if (key.kind === "param") track.params.push([key.param, value]);
    else if (key.kind === "effect") track.effects.push([key.effect, value]);
    else if (key.kind === "length") track.length = value;
    else track.hasFloor = true;
  }
  return tracks;
}

function trackPhrases(writes: readonly Write[], naming: Naming): string[] {
  const phrases: string[] = [];
  for (const [id, track] of byTrack(writes)) {
    const name = naming.name(id);
    const { fields, notes } = track;
    if (fields.get("alive") === true) {
      const added = fields.has("instrument");
      phrases.push(added ? `added ${textOf(fields, "name") ?? name}` : `brought back ${name}`);
      if (added) continue;
    }
    if (fields.get("alive") === false) phrases.push(`removed ${name}`);
    if (track.hasFloor) {
      const isEmpty = notes.every(({ value }) => value === null);
      phrases.push(`${isEmpty ? "cleared" : "replaced"} the pattern of ${name}`);
    } else {
      if (notes.length > 0) phrases.push(notePhrase(notes, name, naming.instrument(id)));
      if (typeof track.length === "number") phrases.push(`made ${name} ${track.length} steps long`);
    }
    phrases.push(...fieldPhrases(fields, name), ...padPhrases(fields, name, naming.instrument(id)));
    for (const [param, value] of track.params) phrases.push(paramPhrase(param, value, id, naming));
    for (const [effect, value] of track.effects) phrases.push(effectPhrase(effect, value, ` of ${name}`));
  }
  return phrases;
}

const textOf = (fields: ReadonlyMap<TrackField, RegisterValue>, field: TrackField): string | null => {
  const value = fields.get(field);
  return typeof value === "string" && value !== "" ? value : null;
};

function notePhrase(notes: OfTrack["notes"], name: string, instrument: string): string {
  const set = notes.filter(({ value }) => value !== null).length;
  const verb = set === notes.length ? "set" : set === 0 ? "cleared" : "changed";
  const [only] = notes;
  if (!only || notes.length > 1) return `${verb} ${notes.length} notes in ${name}`;
  const place = placeWords(only.key, instrument);
  const velocity = only.value?.velocity ?? DEFAULT_NOTE.velocity;
  const loud = velocity === DEFAULT_NOTE.velocity ? "" : `, velocity ${velocity}`;
  return `${verb} ${place} in ${name}${loud}`;
}

/** "C4 at step 5"; of a drum, whose pitch says nothing, "step 5". */
function placeWords(key: { step: number; pitch: number }, instrument: string): string {
  const isDrum = instrumentById(instrument)?.kind === "drum";
  return isDrum ? `step ${key.step + 1}` : `${pitchName(key.pitch)} at step ${key.step + 1}`;
}

function fieldPhrases(fields: ReadonlyMap<TrackField, RegisterValue>, name: string): string[] {
  const phrases: string[] = [];
  for (const [field, value] of fields) {
    if (field === "name" && typeof value === "string") phrases.push(`named a part “${value}”`);
    if (field === "instrument" && typeof value === "string")
      phrases.push(`gave ${name} the instrument ${instrumentById(value)?.label ?? value}`);
    if (field === "order") phrases.push(`moved ${name}`);
    if (field === "volume" && typeof value === "number")
      phrases.push(`set the volume of ${name} to ${Math.round(value * 100)} %`);
    if (field === "pan" && typeof value === "number")
      phrases.push(`set the pan of ${name} to ${panWord(value)}`);
    if (field === "muted") phrases.push(`${value === true ? "muted" : "unmuted"} ${name}`);
    if (field === "pattern" && typeof value === "number")
      phrases.push(`chose pattern ${patternName(value)} for ${name}`);
  }
  return phrases;
}

function padPhrases(
  fields: ReadonlyMap<TrackField, RegisterValue>,
  name: string,
  instrument: string,
): string[] {
  const known = instrumentById(instrument);
  return (["padX", "padY"] as const).flatMap((field) => {
    const control = fields.get(field);
    if (control === undefined) return [];
    const axis = `the ${field === "padX" ? "x" : "y"} axis of the pad of ${name}`;
    const info = known && typeof control === "string" && controlInfo(known, control);
    return info ? `put ${info.label} on ${axis}` : `reset ${axis}`;
  });
}

function paramPhrase(id: number, value: RegisterValue, track: number, naming: Naming): string {
  const param = paramById(id);
  const knob = instrumentById(naming.instrument(track))?.knobs.find((each) => each.param === param?.name);
  const label = knob?.label ?? param?.label ?? "a knob";
  const to = typeof value === "number" ? ` to ${format(value, param?.unit ?? "")}` : "";
  return `set ${label} of ${naming.name(track)}${to}`;
}

/** "set the filter of Bass to low-pass 820 Hz", "turned the echo of Bass off". */
function effectPhrase(effect: Effect, value: RegisterValue, of: string): string {
  const { label, default: rest } = EFFECTS[effect];
  const what = `the ${label.toLowerCase()}${of}`;
  const words = effectWords(effect, typeof value === "number" ? value : rest);
  return words === "off" ? `turned ${what} off` : `set ${what} to ${words}`;
}

const round = (value: number): number => Math.round(value * 100) / 100;
