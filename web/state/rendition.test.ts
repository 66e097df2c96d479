import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Write } from "#shared/document/delta.ts";
import { Replica } from "#shared/document/replica.ts";
import { firstWrites } from "#shared/music/first-jam.ts";
import { roomTime } from "#shared/time/instants.ts";
import { Rendition } from "./rendition.ts";
import type { SoundStatus } from "./view.ts";

const KEY = { kind: "note", track: 1, pattern: 0, step: 3, pitch: 36 } as const;
const NOTE: Write = { key: KEY, value: { velocity: 90, gate: 1, probability: 1, ratchet: 1 } };
const SWING: Write = { key: { kind: "room", field: "swing" }, value: 60 };

/** A jam that is shown, and what has become of it, in order. */
function stand(state: SoundStatus["state"]) {
  const replica = new Replica({ actor: 0, seed: 0 });
  replica.commit(firstWrites(), 0);
  const done: string[] = [];
  const status = signal<SoundStatus>({ state, cause: null });
  const rendition = new Rendition({
    player: { status, setJam: () => void done.push("player") },
    myMix: { setTracks: () => void done.push("my mix") },
    conducting: { read: () => void done.push("conducting") },
    shown: () => replica.document,
    jam: () => replica.document.jam(),
    author: () => null,
    roomNow: () => roomTime(0),
  });
  rendition.replaced();
  const edit = (...writes: Write[]): void => {
    const delta = replica.commit(writes, 0);
    rendition.applied(
      [delta],
      delta.writes.map(({ key }) => key),
    );
  };
  return { rendition, status, done, edit };
}

let painted: (() => void)[] = [];
beforeEach(() => {
  painted = [];
  vi.useFakeTimers();
  vi.stubGlobal("requestAnimationFrame", (then: () => void) => painted.push(then));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("an edit is told when its cell knows, and before the rest of the screen and the player do", () => {
  const { rendition, done, edit } = stand("running");
  const { signals } = rendition;
  const cell = signals.cell(1, KEY.step, KEY.pitch);
  done.length = 0;
  rendition.onApplied(() => done.push(`told ${cell.peek().velocity} ${signals.swing.peek()}`));
  edit(NOTE, SWING);
  expect(done).toEqual(["told 90 54", "conducting", "player", "my mix"]);
  expect(signals.swing.peek()).toBe(60);
});

test("what is conducted is read where the room's registers may have changed, and for no note", () => {
  const { rendition, done, edit } = stand("running");
  edit(NOTE);
  expect(done.filter((each) => each === "conducting")).toHaveLength(1);
  rendition.replaced();
  expect(done.filter((each) => each === "conducting")).toHaveLength(2);
});

test("a jam that sounds is given to the player once, and again to one that begins", () => {
  const { rendition, status, done } = stand("running");
  const given = () => done.filter((each) => each === "player").length;
  expect(given()).toBe(1);
  rendition.replaced();
  expect(given()).toBe(1);
  status.value = { state: "starting", cause: null };
  rendition.play();
  expect(given()).toBe(2);
});

test("before there is sound the player gets the jam once it is painted", () => {
  const { done } = stand("off");
  expect(done).toEqual(["conducting"]);
  for (const then of painted) then();
  vi.runOnlyPendingTimers();
  expect(done).toEqual(["conducting", "player", "my mix"]);
});
