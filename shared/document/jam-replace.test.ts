import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { firstWrites } from "../music/first-jam.ts";
import { NO_EFFECTS } from "../music/effects.ts";
import { beatAt, isPlaying, settledTempo, tempoAt } from "../music/timeline.ts";
import { Command, type CommandError, type CommandInput } from "../protocol/commands.ts";
import { ok, type Result } from "../lib/result.ts";
import { LIMITS } from "../protocol/limits.ts";
import { roomTime } from "../time/instants.ts";
import { encodeDelta } from "./codec.ts";
import { applyCommand } from "./commands.ts";
import type { Delta, Write } from "./delta.ts";
import type { JamDocument } from "./document.ts";
import { type JamFile, writeJamFile } from "./jam-file.ts";
import { deltasOf } from "./deltas-of.ts";
import { openJam } from "./jam-replace.ts";
import { Replica } from "./replica.ts";
import { changesOf, UndoHistory } from "./undo.ts";

const NOW = roomTime(10);
const LEAD = 0.3;

/** Two people in a room with the first jam; what one commits the other has when `flush` is called. */
function room() {
  const server = new Replica({ actor: 0, seed: 1 });
  const first = server.commit(firstWrites(), 1);
  const people = [new Replica({ actor: 5, seed: 1 }), new Replica({ actor: 6, seed: 1 })] as const;
  for (const person of people) person.receive(first);
  const history = new UndoHistory();
  const [mine, theirs] = people;
  let ms = 10_000;
  const commit = (writes: readonly Write[]): Delta => {
    const delta = mine.commit(writes, ms++);
    theirs.receive(delta);
    return delta;
  };
  const outcome = (input: CommandInput, by: Replica = mine): Result<Write[], CommandError> => {
    const context = { now: NOW, lead: LEAD, actor: by.actor };
    if (input.type !== "JAM_REPLACE") return applyCommand(by.document, v.parse(Command, input), context);
    const opened = openJam(by.document, input.jam, context);
    return opened.ok ? ok(opened.value.writes) : opened;
  };
  return {
    mine,
    theirs,
    outcome,
    commit,
    /** My command, as the session carries it out. */
    run(input: CommandInput): Delta[] {
      const writes = outcome(input);
      if (!writes.ok) throw new Error(writes.error.message);
      const parts = deltasOf(writes.value);
      return parts.map((part, index) => {
        const changes = index === parts.length - 1 ? changesOf(mine.document, part) : [];
        const delta = commit(part);
        history.record(changes, delta.stamp);
        return delta;
      });
    },
    they(input: CommandInput): void {
      const writes = outcome(input, theirs);
      if (!writes.ok) throw new Error(writes.error.message);
      mine.receive(theirs.commit(writes.value, ms++));
    },
    /** Undoes or redoes; how much was skipped. */
    flip(direction: "undo" | "redo"): number | null {
      const step = history[direction](mine.document);
      if (!step) return null;
      const tempo = step.tempo === null ? null : outcome({ type: "TEMPO_SET", tempo: step.tempo });
      const writes = [...step.writes, ...(tempo?.ok ? tempo.value : [])];
      if (writes.length > 0) history.committed(commit(writes).stamp);
      return step.skipped;
    },
  };
}

/** What of a document a musician sees, without who wrote it when. */
const seen = (document: JamDocument): JamFile => writeJamFile(document);

const SONG: JamFile = {
  format: "tutti-jam",
  version: 1,
  name: "Song",
  tempo: 90,
  swing: 60,
  scale: "dorian",
  root: 2,
  effects: { echoSteps: 4, echoFeedback: 0.6, reverbSize: 1.8 },
  tracks: [
    {
      name: "Thump",
      instrument: "kick",
      volume: 0.7,
      pan: -0.5,
      muted: true,
      shape: 4,
      pattern: 2,
      params: { note: 30, decay: 0.5, click: 0.3, decay_curve: -7 },
      effects: { filter: -0.25, resonance: 0, echo: 0.5, reverb: 0 },
      pad: { x: "note", y: "" },
      patterns: [
        { index: 0, length: 12, notes: [] },
        {
          index: 2,
          length: 16,
          notes: [{ step: 3, pitch: 36, velocity: 99, gate: 2, probability: 0.5, ratchet: 3 }],
        },
      ],
    },
    {
      name: "Line",
      instrument: "tb303",
      volume: 1,
      pan: 0,
      muted: false,
      shape: 5,
      pattern: 0,
      params: { cutoff: 92, res: 0.75, cutoff_min: 40, release: 0.18 },
      effects: NO_EFFECTS,
      pad: { x: "filter", y: "pan" },
      patterns: [],
    },
  ],
  scenes: [{ index: 2, name: "Verse", patterns: [2, null] }],
  chain: { on: true, entries: [{ scene: 2, bars: 8 }] },
};
const open: CommandInput = { type: "JAM_REPLACE", jam: SONG };

/** A jam of more notes than fit into one delta. */
const long: JamFile = {
  ...SONG,
  tracks: SONG.tracks.map((track) => ({
    ...track,
    patterns: Array.from({ length: 16 }, (_, index) => ({
      index,
      length: 64,
      notes: Array.from({ length: 320 }, (__, n) => ({
        step: Math.floor(n / 5),
        pitch: 36 + (n % 5),
        velocity: 90,
        gate: 1.5,
        probability: 0.9,
        ratchet: 2,
      })),
    })),
  })),
};

describe("opening a jam in a room", () => {
  test("[JAM8] the file's jam is there for everybody by one delta", () => {
    const it = room();
    const deltas = it.run(open);
    expect(deltas).toHaveLength(1);
    expect(seen(it.mine.document)).toEqual(SONG);
    expect(it.theirs.document.digest()).toBe(it.mine.document.digest());
  });

  test("[JAM8] a large one takes several that each fit a frame, of which the last alone is seen", () => {
    const it = room();
    const before = seen(it.mine.document);
    const writes = it.outcome({ type: "JAM_REPLACE", jam: long });
    if (!writes.ok) throw new Error(writes.error.message);
    const parts = deltasOf(writes.value);
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts) {
      expect(seen(it.mine.document)).toEqual(before);
      const bytes = encodeDelta(it.commit(part), { explicitActor: true, nowMs: 0 });
      expect(bytes.length).toBeLessThanOrEqual(LIMITS.clientFrameBytes);
    }
    expect(seen(it.mine.document)).toEqual(long);
  });

  test("[JAM8] scenes and chain are the file's, of the file's tracks", () => {
    const it = room();
    it.run({ type: "SCENE_STORE", scene: 0 });
    it.run({ type: "SCENE_STORE", scene: 2, name: "Ours" });
    it.run(open);
    const { tracks, scenes, chain } = it.mine.document.jam();
    expect(scenes).toEqual([{ index: 2, name: "Verse", patterns: [[tracks[0]?.id, 2]] }]);
    expect(chain).toEqual(SONG.chain);
    it.flip("undo");
    expect(it.mine.document.jam().scenes.map(({ index, name }) => [index, name])).toEqual([
      [0, ""],
      [2, "Ours"],
    ]);
    expect(it.mine.document.jam().chain.on).toBe(false);
  });

  test("[JAM8] whatever the notes, a full delta fits a frame", () => {
    const notes = Array.from(
      { length: LIMITS.writesPerDelta },
      (_, n): Write => ({
        key: { kind: "note", track: 0xffff_ff00 + (n % 2), pattern: 15, step: n % 64, pitch: n >> 6 },
        value: { velocity: 1, gate: 31.875, probability: 0.01, ratchet: 8 },
      }),
    );
    const delta: Delta = {
      actor: LIMITS.actors,
      seq: 0xffff_ffff,
      stamp: { time: 2 ** 47, counter: 0xffff, actor: LIMITS.actors },
      writes: notes,
    };
    const size = encodeDelta(delta, { explicitActor: true, nowMs: 0 }).length;
    expect(size).toBeLessThan(LIMITS.clientFrameBytes * 0.9);
  });

  test("[JAM8] of two that are opened at once both stand, as far as there is room, and each can be taken back", () => {
    const it = room();
    const theirs = it.outcome({ type: "JAM_REPLACE", jam: { ...SONG, name: "Theirs" } }, it.theirs);
    if (!theirs.ok) throw new Error(theirs.error.message);
    const delta = it.theirs.commit(theirs.value, 10_000);
    it.run(open);
    it.mine.receive(delta);
    expect(it.mine.document.digest()).toBe(it.theirs.document.digest());
    expect(it.mine.document.jam().tracks).toHaveLength(4);
    it.flip("undo");
    expect(it.mine.document.jam().tracks.map(({ id }) => id >> 8)).toEqual([6, 6]);
  });

  test("[JAM10] while it plays, tempo changes a lead ahead and the beat goes on", () => {
    const started = room();
    started.run({ type: "PLAYBACK_START" });
    const later = roomTime(20);
    const before = started.mine.document.jam().timeline;
    const opened = openJam(started.mine.document, SONG, { now: later, lead: LEAD, actor: 5 });
    if (!opened.ok) throw new Error(opened.error.message);
    started.mine.commit(opened.value.writes, 20_000);
    const { timeline } = started.mine.document.jam();
    expect(isPlaying(timeline, later)).toBe(true);
    expect(tempoAt(timeline, roomTime(later + LEAD / 2))).toBe(124);
    expect(tempoAt(timeline, roomTime(later + LEAD))).toBe(90);
    expect(beatAt(timeline, roomTime(later + LEAD))).toBeCloseTo(beatAt(before, roomTime(later + LEAD)), 9);
  });

  test("[JAM11] where it does not fit nothing is written, and the sentence says what to do", () => {
    const it = room();
    const fourteen: CommandInput = {
      ...open,
      jam: { ...SONG, tracks: Array(14).fill(SONG.tracks[1]), scenes: [] },
    };
    for (let i = 0; i < 18; i++) it.run(fourteen);
    expect(it.outcome(fourteen)).toMatchObject({
      error: { code: "TRACKS_FULL", message: expect.stringContaining("reload") },
    });
    const full = room();
    const cells = Array.from({ length: LIMITS.registers - full.mine.document.size }, (_, n): Write => {
      const pattern = Math.floor(n / 8_192);
      return {
        key: {
          kind: "note",
          track: 9 + (pattern >> 4),
          pattern: pattern & 15,
          step: (n >> 7) & 63,
          pitch: n & 127,
        },
        value: null,
      };
    });
    full.mine.commit(cells, 10_000);
    expect(full.outcome(open)).toMatchObject({
      error: { code: "DOCUMENT_FULL", message: expect.stringContaining("new room") },
    });
  }, 30_000);

  test("[JAM3] a jam that is wrong is refused with its place", () => {
    const wrong = room().outcome({ type: "JAM_REPLACE", jam: { ...SONG, root: 12 } });
    expect(wrong).toMatchObject({
      error: { code: "INVALID", message: "jam: root: a whole number, 0 to 11" },
    });
  });
});

describe("taking it back", () => {
  test("[JAM9] undo brings back the jam from before and redo the file's, tempo included", () => {
    const it = room();
    const before = seen(it.mine.document);
    it.run(open);
    expect(it.flip("undo")).toBe(0);
    expect(seen(it.mine.document)).toEqual(before);
    expect(it.theirs.document.digest()).toBe(it.mine.document.digest());
    expect(it.flip("redo")).toBe(0);
    expect(seen(it.mine.document)).toEqual(SONG);
    expect(it.flip("undo")).toBe(0);
    expect(seen(it.mine.document)).toEqual(before);
  });

  test("[JAM9] one undo takes back also what took several deltas, by one that fits a datagram", () => {
    const it = room();
    const before = seen(it.mine.document);
    it.run({ type: "JAM_REPLACE", jam: long });
    const seq = it.mine.vector.highest(5);
    it.flip("undo");
    expect(seen(it.mine.document)).toEqual(before);
    const [undo, ...rest] = it.mine.ownSince(seq);
    expect(rest).toEqual([]);
    expect(undo && encodeDelta(undo, { explicitActor: true, nowMs: 0 }).length).toBeLessThan(
      LIMITS.datagramBytes,
    );
  });

  test("[JAM9] what others did meanwhile to the tracks from before is there again", () => {
    const it = room();
    // They have not heard of it yet.
    const writes = it.outcome({ type: "NOTE_SET", track: 1, step: 1, pitch: 36, velocity: 55 }, it.theirs);
    if (!writes.ok) throw new Error(writes.error.message);
    const late = it.theirs.commit(writes.value, 10_500);
    it.run(open);
    it.mine.receive(late);
    expect(seen(it.mine.document)).toEqual(SONG);
    it.flip("undo");
    const [kick] = it.mine.document.jam().tracks;
    expect(kick?.pattern.notes.map(({ step }) => step)).toContain(1);
  });

  test("[JAM9] what somebody has changed since stays theirs, and what they did to the new tracks comes with a redo", () => {
    const it = room();
    it.run(open);
    it.they({ type: "SWING_SET", swing: 70 });
    it.they({ type: "TEMPO_SET", tempo: 91 });
    const [thump] = it.mine.document.jam().tracks;
    it.they({ type: "NOTE_SET", track: thump?.id ?? 0, step: 7, pitch: 36, velocity: 44 });
    expect(it.flip("undo")).toBe(2);
    const { swing, name, timeline, tracks } = it.mine.document.jam();
    expect([swing, name, settledTempo(timeline), tracks.length]).toEqual([70, "Jam", 91, 8]);
    it.flip("redo");
    expect(it.mine.document.jam().tracks[0]?.pattern.notes.map(({ step }) => step)).toEqual([3, 7]);
  });

  test("[JAM9] a start between leaves the tempo one's own, and goes on", () => {
    const it = room();
    it.run(open);
    it.run({ type: "PLAYBACK_START" });
    expect(it.flip("undo")).toBe(0);
    const { timeline } = it.mine.document.jam();
    expect(settledTempo(timeline)).toBe(124);
    expect(isPlaying(timeline, NOW)).toBe(true);
  });
});
