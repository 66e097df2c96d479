import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { firstWrites } from "../music/first-jam.ts";
import { padOf } from "../music/pad.ts";
import { Command, type CommandInput } from "../protocol/commands.ts";
import { roomTime } from "../time/instants.ts";
import { decodeDelta, encodeDelta } from "./codec.ts";
import { applyCommand } from "./commands.ts";
import { Replica } from "./replica.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot-codec.ts";
import { changesOf, UndoHistory } from "./undo.ts";

/** Of the first jam. */
const BASS = 6;

function started(actor: number): Replica {
  const replica = new Replica({ actor, seed: 1 });
  replica.receive(new Replica({ actor: 0, seed: 1 }).commit(firstWrites(), 1));
  return replica;
}

const outcome = (replica: Replica, command: CommandInput) =>
  applyCommand(replica.document, v.parse(Command, command), { now: roomTime(10), lead: 0.3, actor: 5 });

function writesOf(replica: Replica, command: CommandInput) {
  const result = outcome(replica, command);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const bass = (replica: Replica) => {
  const track = replica.document.jam().tracks.find(({ id }) => id === BASS);
  if (!track) throw new Error("the bass is gone");
  return track;
};

describe("the pad in the document", () => {
  test("[XYP2] an axis is a register: who assigns the one leaves the other to whoever assigns that", () => {
    const [ann, bo] = [started(5), started(6)];
    const own = padOf(bass(ann));
    const fromAnn = ann.commit(writesOf(ann, { type: "TRACK_SET", track: BASS, padX: "pan" }), 2_000);
    const fromBo = bo.commit(writesOf(bo, { type: "TRACK_SET", track: BASS, padY: "echo" }), 2_000);
    ann.receive(fromBo);
    bo.receive(fromAnn);
    for (const replica of [ann, bo]) expect(padOf(bass(replica))).toEqual({ x: "pan", y: "echo" });
    expect(ann.document.digest()).toBe(bo.document.digest());
    ann.commit(writesOf(ann, { type: "TRACK_SET", track: BASS, padX: "", padY: "" }), 2_100);
    expect(padOf(bass(ann))).toEqual(own);
  });

  test("[XYP2] what the part does not have cannot be put on it", () => {
    const replica = started(5);
    expect(outcome(replica, { type: "TRACK_SET", track: BASS, padX: "warp" })).toMatchObject({
      error: { code: "PARAM_UNKNOWN" },
    });
    expect(outcome(replica, { type: "TRACK_SET", track: 1, padY: "cutoff" })).toMatchObject({
      error: { code: "PARAM_UNKNOWN" },
    });
  });

  test("[XYP2] deltas and snapshots carry it", () => {
    const [ann, bo] = [started(5), started(6)];
    const delta = ann.commit(
      writesOf(ann, { type: "TRACK_SET", track: BASS, padX: "res", padY: "volume" }),
      2_000,
    );
    const sent = decodeDelta(encodeDelta(delta, { explicitActor: true, nowMs: 0 }), bo.context(null, 2_000));
    expect(sent).toEqual({ ok: true, value: delta });
    const taken = decodeSnapshot(
      encodeSnapshot({ registers: ann.document.registers(), vector: ann.vector, roomMs: 2_000 }),
    );
    if (!taken.ok) throw new Error("the snapshot cannot be read");
    bo.document.replace(taken.value.registers);
    expect(padOf(bass(bo))).toEqual({ x: "res", y: "volume" });
  });

  test("[XYP3] what a hand lets go of is one delta and one step of undo, whatever stands on the axes", () => {
    const replica = started(5);
    const history = new UndoHistory();
    const before = bass(replica);
    const values = { cutoff: 70, echo: 0.5, volume: 0.25, pan: -1 };
    const writes = writesOf(replica, { type: "CONTROLS_SET", track: BASS, values });
    const changes = changesOf(replica.document, writes);
    history.record(changes, replica.commit(writes, 2_000).stamp);
    expect(bass(replica)).toMatchObject({
      params: { cutoff: 70 },
      effects: { echo: 0.5 },
      volume: 0.25,
      pan: -1,
    });
    const step = history.undo(replica.document);
    if (!step) throw new Error("there is nothing to undo");
    history.committed(replica.commit(step.writes, 2_100).stamp);
    expect(history.canUndo).toBe(false);
    expect(bass(replica)).toEqual(before);
  });

  test("[XYP3] of values that cannot all be set none is, and what stands there already is not written again", () => {
    const replica = started(5);
    const set = (values: Record<string, number>) =>
      outcome(replica, { type: "CONTROLS_SET", track: BASS, values });
    expect(set({ cutoff: 70, warp: 1 })).toMatchObject({ error: { code: "PARAM_UNKNOWN" } });
    expect(set({ cutoff: 70, pan: 2 })).toMatchObject({ error: { code: "INVALID" } });
    expect(set({})).toMatchObject({ error: { code: "INVALID" } });
    const { volume } = bass(replica);
    expect(set({ volume, cutoff: 70 })).toMatchObject({ value: [{ key: { kind: "param" }, value: 70 }] });
  });
});
