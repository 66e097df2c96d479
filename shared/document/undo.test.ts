import { describe, expect, test } from "vitest";
import type { RegisterKey, Write } from "./delta.ts";
import { Replica } from "./replica.ts";
import { changesOf, UndoHistory } from "./undo.ts";

const cell = (step: number): RegisterKey => ({ kind: "note", track: 1, pattern: 0, step, pitch: 60 });
const note = (velocity: number) => ({ velocity, gate: 1, probability: 1, ratchet: 1 });
const set = (step: number, velocity = 100): Write => ({
  key: cell(step),
  value: velocity === 0 ? null : note(velocity),
});
const floor: Write = { key: { kind: "floor", track: 1, pattern: 0 }, value: null };

const filter = (value: number): Write => ({ key: { kind: "effect", track: 1, effect: "filter" }, value });

/** Two people on one document, so that what one writes the other has at once. */
function jam() {
  const mine = new Replica({ actor: 1, seed: 1 });
  const theirs = new Replica({ actor: 2, seed: 1 });
  const history = new UndoHistory();
  let now = 1_000;
  let skipped = 0;
  return {
    get now() {
      return now;
    },
    get skipped() {
      return skipped;
    },
    /** Takes back what I did from then on. */
    back(from: number) {
      const proposal = history.since(from, mine.document);
      skipped = proposal.skipped;
      if (proposal.writes.length > 0) this.do(...proposal.writes);
    },
    mine,
    history,
    do(...writes: Write[]) {
      const changes = changesOf(mine.document, writes);
      const delta = mine.commit(writes, now++);
      theirs.receive(delta);
      history.record(changes, delta.stamp);
    },
    they(...writes: Write[]) {
      mine.receive(theirs.commit(writes, now++));
    },
    /** Undoes or redoes, and returns how many registers were skipped. */
    flip(direction: "undo" | "redo") {
      const proposal = history[direction](mine.document);
      if (!proposal) return null;
      if (proposal.writes.length > 0) {
        const delta = mine.commit(proposal.writes, now++);
        theirs.receive(delta);
        history.committed(delta.stamp);
      }
      return proposal.skipped;
    },
    /** Velocities of the first steps; 0 is empty. */
    get heard() {
      return [0, 1, 2].map((step) => {
        const value = mine.document.get(cell(step))?.value;
        return typeof value === "object" && value && "velocity" in value ? value.velocity : 0;
      });
    },
  };
}

describe("undo", () => {
  test("[UND1] undoing gives back the value before, redoing the value after", () => {
    const it = jam();
    it.do(set(0, 10));
    it.do(set(0, 20));
    it.flip("undo");
    expect(it.heard).toEqual([10, 0, 0]);
    it.flip("undo");
    expect(it.heard).toEqual([0, 0, 0]);
    expect(it.flip("undo")).toBeNull();
    it.flip("redo");
    it.flip("redo");
    expect(it.heard).toEqual([20, 0, 0]);
    expect(it.flip("redo")).toBeNull();
  });

  test("[UND2] there and back any number of times ends where it began", () => {
    const it = jam();
    for (const velocity of [10, 20, 30]) it.do(set(0, velocity), set(1, velocity + 1));
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 3; i++) expect(it.flip("undo")).toBe(0);
      expect(it.heard).toEqual([0, 0, 0]);
      for (let i = 0; i < 3; i++) expect(it.flip("redo")).toBe(0);
      expect(it.heard).toEqual([30, 31, 0]);
    }
  });

  test("[UND3] a register that somebody else wrote since is theirs: it is skipped and counted", () => {
    const it = jam();
    it.do(set(0, 10), set(1, 11));
    it.they(set(0, 99));
    expect(it.flip("undo")).toBe(1);
    expect(it.heard).toEqual([99, 0, 0]);
    expect(it.flip("redo")).toBe(0);
    expect(it.heard).toEqual([99, 11, 0]);
  });

  test("[UND3] restoring another's value does not make it one's own", () => {
    const it = jam();
    it.do(set(0, 10));
    it.they(set(0, 99));
    it.do(set(0, 20));
    expect(it.flip("undo")).toBe(0);
    expect(it.heard).toEqual([99, 0, 0]);
    expect(it.flip("undo")).toBe(1);
    expect(it.heard).toEqual([99, 0, 0]);
    expect(it.history.canUndo).toBe(false);
  });

  test("[UND4] undoing a replaced pattern brings its notes back and empties those it added", () => {
    const it = jam();
    it.do(set(0, 10), set(1, 11));
    it.do(floor, set(1, 21), set(2, 22));
    expect(it.heard).toEqual([0, 21, 22]);
    it.flip("undo");
    expect(it.heard).toEqual([10, 11, 0]);
    it.flip("redo");
    expect(it.heard).toEqual([0, 21, 22]);
    it.flip("undo");
    it.flip("undo");
    expect(it.heard).toEqual([0, 0, 0]);
  });

  test("[UND4] what another's replacement took away is theirs", () => {
    const it = jam();
    it.do(set(0, 10));
    it.they(floor, set(1, 50));
    expect(it.flip("undo")).toBe(1);
    expect(it.heard).toEqual([0, 50, 0]);
  });

  test("[EFX7] a drag of an effect's knob is one entry, and undoing it skips what another has turned since", () => {
    const room = jam();
    const value = () => room.mine.document.get({ kind: "effect", track: 1, effect: "filter" })?.value;
    room.history.begin();
    for (const next of [-0.1, -0.2, -0.3]) room.do(filter(next));
    room.history.end();
    expect(room.flip("undo")).toBe(0);
    expect(value()).toBeNull();
    room.flip("redo");
    expect(value()).toBe(-0.3);
    room.they(filter(0.5));
    expect(room.flip("undo")).toBe(1);
    expect(value()).toBe(0.5);
  });

  test("[UND5] a gesture is one entry", () => {
    const it = jam();
    it.do(set(2, 5));
    it.history.begin();
    for (const velocity of [10, 20, 30]) it.do(set(0, velocity));
    it.do(set(1, 40));
    it.history.end();
    it.flip("undo");
    expect(it.heard).toEqual([0, 0, 5]);
    it.flip("redo");
    expect(it.heard).toEqual([30, 40, 5]);
  });

  test("[UND6] a new command ends what could be redone", () => {
    const it = jam();
    it.do(set(0, 10));
    it.flip("undo");
    it.do(set(1, 20));
    expect(it.history.canRedo).toBe(false);
    expect(it.flip("redo")).toBeNull();
  });

  test("[UND7] two hundred entries are kept", () => {
    const it = jam();
    for (let i = 1; i <= 210; i++) it.do(set(0, (i % 100) + 1));
    let undone = 0;
    while (it.flip("undo") !== null) undone += 1;
    expect(undone).toBe(200);
  });

  test("[UND8] the transport is not undone", () => {
    const it = jam();
    it.do({ key: { kind: "room", field: "transport" }, value: it.mine.document.jam().timeline });
    expect(it.history.canUndo).toBe(false);
  });

  test("[UND4] undoing a called scene selects what was selected before, and a cleared one is stored again", () => {
    const it = jam();
    const select = (track: number, pattern: number): Write => ({
      key: { kind: "track", track, field: "pattern" },
      value: pattern,
    });
    const scene: RegisterKey = { kind: "scene", scene: 1, field: "patterns" };
    it.do({ key: scene, value: [[1, 3]] });
    it.do(select(1, 3), select(2, 4));
    it.they(select(2, 9));
    it.do({ key: scene, value: null });
    expect(it.flip("undo")).toBe(0);
    expect(it.mine.document.get(scene)?.value).toEqual([[1, 3]]);
    expect(it.flip("undo")).toBe(1);
    const selected = (track: number) =>
      it.mine.document.get({ kind: "track", track, field: "pattern" })?.value;
    expect([selected(1), selected(2)]).toEqual([null, 9]);
  });

  test("[UND9] what was done since a moment is taken back at once, but for what others wrote since", () => {
    const it = jam();
    it.do(set(0, 10));
    const from = it.now;
    it.do(set(0, 20), set(1, 11));
    it.do(set(0, 30));
    it.do(set(2, 12));
    it.they(set(2, 99));
    it.back(from);
    expect(it.heard).toEqual([10, 0, 99]);
    expect(it.skipped).toBe(1);
    // It is an edit like any other: undone it is gone, and taking back again changes nothing more.
    it.back(from);
    expect(it.heard).toEqual([10, 0, 99]);
    it.flip("undo");
    expect(it.heard).toEqual([30, 11, 99]);
  });

  test("[UND9] what was done before and brought back since by an undo is not counted", () => {
    const it = jam();
    it.do(set(0, 10));
    const from = it.now;
    it.do(set(0, 20));
    it.flip("undo");
    it.back(from);
    expect(it.heard).toEqual([10, 0, 0]);
    it.flip("redo");
    it.back(from);
    expect(it.heard).toEqual([10, 0, 0]);
  });

  test("[UND10] an edit that was stamped anew before anybody had it can still be undone", () => {
    const it = jam();
    it.do(set(0, 10));
    it.do(set(0, 20));
    const { stamp } = it.mine.document.get(cell(0)) ?? {};
    const again = it.mine.commit([set(0, 20)], it.now + 50);
    if (stamp) it.history.restamped(stamp, again.stamp);
    expect(it.flip("undo")).toBe(0);
    expect(it.heard).toEqual([10, 0, 0]);
    expect(it.flip("undo")).toBe(0);
    expect(it.heard).toEqual([0, 0, 0]);
  });

  test("a proposal that was not committed did not happen", () => {
    const it = jam();
    it.do(set(0, 10));
    it.history.undo(it.mine.document);
    expect(it.flip("undo")).toBe(0);
    expect(it.heard).toEqual([0, 0, 0]);
  });
});
