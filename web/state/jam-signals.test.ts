import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Delta, Write } from "#shared/document/delta.ts";
import { JamDocument } from "#shared/document/document.ts";
import { roomTime } from "#shared/time/instants.ts";
import { meetingDeltas } from "../../tests/sim/arbitrary.ts";
import { JamSignals } from "./jam-signals.ts";

const at = (time: number, writes: Write[], actor = 1): Delta => ({
  actor,
  seq: 1,
  stamp: { time, counter: 0, actor },
  writes,
});
const alive = [1, 2].flatMap((track): Write[] => [
  { key: { kind: "track", track, field: "alive" }, value: true },
  { key: { kind: "track", track, field: "instrument" }, value: "bass" },
]);
const cell = (step: number, pattern = 0) => ({ kind: "note", track: 1, pattern, step, pitch: 60 }) as const;
const NOTE = { velocity: 90, gate: 1, probability: 1, ratchet: 1 };

function signalsOf(document: JamDocument): JamSignals {
  const signals = new JamSignals({
    shown: () => document,
    jam: () => document.jam(),
    author: (actor) => ({ name: `actor ${actor}`, color: actor }),
    roomNow: () => roomTime(0),
  });
  signals.refresh();
  return signals;
}

/** Every cell, list of pitches and knob that `meetingDeltas` can touch. */
const shown = (signals: JamSignals) =>
  [1, 2].map((track) => ({
    cells: [0, 1].map((step) => signals.cell(track, step, 60).peek()),
    pitches: signals.pitches(track).peek(),
    echo: signals.knob(track, "echo").peek(),
    pattern: signals.tracks.peek().find(({ id }) => id === track)?.patternIndex,
  }));

test("after each change the signals say what they say when they are made anew", () => {
  fc.assert(
    fc.property(meetingDeltas, (deltas) => {
      const document = new JamDocument(1);
      document.apply(at(1, alive));
      const signals = signalsOf(document);
      shown(signals);
      for (const delta of deltas) {
        const changed = document.apply(delta);
        signals.updateCells(changed);
        signals.update(changed);
        const isThere = (track: number) => signals.tracks.peek().some(({ id }) => id === track);
        // A knob of a track that is gone keeps its last place.
        const fresh = shown(signalsOf(document)).filter((_, index) => isThere(index + 1));
        expect(shown(signals).filter((_, index) => isThere(index + 1))).toEqual(fresh);
      }
    }),
    { numRuns: 300 },
  );
});

test("a cell says what stands in it before anything else is read", () => {
  const document = new JamDocument(1);
  document.apply(at(1, alive));
  const signals = signalsOf(document);
  const [here, elsewhere] = [signals.cell(1, 3, 60), signals.cell(1, 4, 60)];
  const changed = document.apply(
    at(2, [
      { key: cell(3), value: NOTE },
      { key: cell(4, 5), value: NOTE },
    ]),
  );
  signals.updateCells(changed);
  expect(here.peek()).toEqual({ ...NOTE, color: 1, by: "actor 1" });
  expect(elsewhere.peek().velocity).toBe(0);
});
