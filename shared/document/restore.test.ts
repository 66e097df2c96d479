import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { meetingDeltas } from "../../tests/sim/arbitrary.ts";
import type { RegisterValue, RoomField, TrackField, Write } from "./delta.ts";
import { UNCONDUCTED } from "../music/model.ts";
import { JamDocument } from "./document.ts";
import { Replica } from "./replica.ts";
import { restoreWrites } from "./restore.ts";
import { changesOf, UndoHistory } from "./undo.ts";

const set = (step: number, velocity = 100, track = 1): Write => ({
  key: { kind: "note", track, pattern: 0, step, pitch: 60 },
  value: velocity === 0 ? null : { velocity, gate: 1, probability: 1, ratchet: 1 },
});
const field = (name: TrackField, value: RegisterValue, track = 1): Write => ({
  key: { kind: "track", track, field: name },
  value,
});
const room = (name: RoomField, value: RegisterValue): Write => ({
  key: { kind: "room", field: name },
  value,
});
const floor: Write = { key: { kind: "floor", track: 1, pattern: 0 }, value: null };
const part = (track = 1): Write[] => [
  field("alive", true, track),
  field("instrument", "kick", track),
  field("name", `P${track}`, track),
];

/** The document as it is now, of its own. */
function copyOf(document: JamDocument): JamDocument {
  const copy = new JamDocument(1);
  copy.merge(document.registers());
  return copy;
}

/** The jam that is read, without what restoring leaves alone. */
function score(document: JamDocument) {
  const { timeline: _, locked: __, polarity: ___, silence: ____, launch: _____, ...jam } = document.jam();
  return { ...jam, tracks: jam.tracks.map((track) => ({ ...track, ...UNCONDUCTED })) };
}

describe("restoring a moment", () => {
  test("[HST14] notes, levels and parts are as they were, and only what differs is written", () => {
    const replica = new Replica({ actor: 1, seed: 1 });
    replica.commit([...part(), ...part(2), set(0), set(1, 50), set(3, 70, 2), room("swing", 55)], 1_000);
    const past = copyOf(replica.document);
    replica.commit([floor, set(5), field("volume", 0.3), ...part(3)], 2_000);
    replica.commit([field("alive", false, 2), room("swing", 60), room("name", "Late")], 3_000);
    const writes = restoreWrites(past, replica.document);
    expect(writes).toHaveLength(8);
    replica.commit(writes, 4_000);
    expect(score(replica.document)).toEqual(score(past));
    expect(restoreWrites(past, replica.document)).toEqual([]);
  });

  test("[HST14] the transport is not touched", () => {
    const replica = new Replica({ actor: 1, seed: 1 });
    const past = copyOf(replica.document);
    replica.commit([room("transport", replica.document.jam().timeline)], 1_000);
    expect(restoreWrites(past, replica.document)).toEqual([]);
  });

  test("[HST14] whatever was written since, the score reads as it did then", () => {
    fc.assert(
      fc.property(meetingDeltas, meetingDeltas, (before, after) => {
        const past = new JamDocument(1);
        for (const delta of before) past.apply(delta);
        const replica = new Replica({ actor: 77, seed: 1 });
        replica.document.merge(past.registers());
        for (const delta of after) replica.document.apply(delta);
        replica.commit(restoreWrites(past, replica.document), 0);
        expect(score(replica.document)).toEqual(score(past));
      }),
    );
  });

  test("[HST14] it is one entry of undo, which brings the present back", () => {
    const replica = new Replica({ actor: 1, seed: 1 });
    const undo = new UndoHistory();
    const commit = (writes: Write[], ms: number) => {
      const changes = changesOf(replica.document, writes);
      undo.record(changes, replica.commit(writes, ms).stamp);
    };
    commit([...part(), set(0), set(1)], 1_000);
    const past = copyOf(replica.document);
    commit([floor, set(7)], 2_000);
    const present = score(replica.document);
    undo.begin();
    commit(restoreWrites(past, replica.document), 3_000);
    undo.end();
    expect(score(replica.document)).toEqual(score(past));
    replica.commit(undo.undo(replica.document)?.writes ?? [], 4_000);
    expect(score(replica.document)).toEqual(present);
  });
});
