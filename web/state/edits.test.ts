import { beforeEach, expect, test } from "vitest";
import { JAM_FORMAT, JAM_VERSION, parseJamFile } from "#shared/document/jam-file.ts";
import { isTransport } from "#shared/document/keys.ts";
import { Replica } from "#shared/document/replica.ts";
import { settledTempo, stoppedTimeline } from "#shared/music/timeline.ts";
import { localTime, roomTime } from "#shared/time/instants.ts";
import { type Alone, Edits } from "./edits.ts";
import { fetchLate } from "./late-code.ts";
import { LocalTransport } from "./local-transport.ts";

const OPENED = {
  format: JAM_FORMAT,
  version: JAM_VERSION,
  name: "Opened",
  tempo: 90,
  tracks: [{ instrument: "sc808_snare" }],
} as const;

/** A page whose room cannot be reached: what is committed, and what waits for the room beside it. */
let copy: Replica;
let local: LocalTransport;
let waiting: number | null;
let isAlone: boolean;
let edits: Edits;

const NOW = { now: roomTime(100), lead: 0, actor: 1 };
const heard = () => local.over(copy.document.jam()).timeline;
const room = () => copy.document.jam().timeline;
const transports = () =>
  copy.ownSince(1).flatMap(({ writes }) => writes.filter(({ key }) => isTransport(key)));

const alone: Alone = {
  play(command, context) {
    const moved = local.dispatch(command, copy.document, context);
    return moved.ok ? { ok: true, value: null } : moved;
  },
  openTempo(tempo) {
    waiting = tempo;
    local.dispatch({ type: "TEMPO_SET", tempo }, copy.document, NOW);
  },
};

beforeEach(async () => {
  await fetchLate();
  copy = new Replica({ actor: 1, seed: 1 });
  copy.commit([{ key: { kind: "room", field: "transport" }, value: stoppedTimeline(120) }], 1_000);
  local = new LocalTransport();
  waiting = null;
  isAlone = true;
  edits = new Edits({
    copy: () => ({ actor: 1, canCommit: true }),
    roomNow: () => roomTime(localTime(100)),
    distances: () => [],
    alone: () => (isAlone ? alone : null),
    document: () => copy.document,
    timeline: heard,
    isListener: () => false,
    isLeader: () => false,
    people: () => [],
    commit: (writes) => copy.commit(writes, 100_000),
    tempo: () => settledTempo(heard()),
    edited: () => undefined,
    undoChanged: () => undefined,
    say: () => undefined,
  });
});

function open(other: { readonly tempo?: number } = {}): void {
  const read = parseJamFile(JSON.stringify({ ...OPENED, ...other }));
  if (!read.ok) throw new Error(read.error.message);
  const done = edits.dispatch({ type: "JAM_REPLACE", jam: read.value.jam });
  if (!done.ok) throw new Error(done.error.message);
}

test("[OFL7] a jam that is opened alone goes out without a transport, and its tempo is heard at once", () => {
  open();
  expect(copy.document.jam().name).toBe("Opened");
  expect(transports()).toEqual([]);
  expect([settledTempo(room()), settledTempo(heard()), waiting]).toEqual([120, 90, 90]);
});

test("[OFL7] whether it plays there stays as it was", () => {
  edits.dispatch({ type: "PLAYBACK_START" });
  open();
  expect([room().base.running, room().next]).toEqual([false, null]);
  expect((heard().next ?? heard().base).running).toBe(true);
});

test("[OFL7] a tempo of one's own gives way to the opened jam's, also where the room has that one already", () => {
  edits.dispatch({ type: "TEMPO_SET", tempo: 70 });
  expect(settledTempo(heard())).toBe(70);
  open({ tempo: 120 });
  expect(settledTempo(heard())).toBe(120);
});

test("[OFL7] undo of it takes the tempo back, alone and once the room has it", () => {
  open();
  edits.undo();
  expect(copy.document.jam().name).not.toBe("Opened");
  expect([settledTempo(heard()), waiting]).toEqual([120, 120]);
  edits.redo();
  expect([settledTempo(heard()), waiting]).toEqual([90, 90]);
  isAlone = false;
  local.end();
  edits.dispatch({ type: "TEMPO_SET", tempo: 90 });
  edits.undo();
  expect(settledTempo(room())).toBe(120);
  expect(transports().length).toBeGreaterThan(0);
});

test("[OFF6] a start, a stop and a tempo of their own leave the room's document alone", () => {
  for (const command of [
    { type: "PLAYBACK_START" },
    { type: "TEMPO_SET", tempo: 70 },
    { type: "PLAYBACK_STOP" },
  ] as const)
    edits.dispatch(command);
  expect(copy.ownSince(1)).toEqual([]);
  expect(waiting).toBeNull();
});
