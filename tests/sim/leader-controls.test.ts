/** A leader's control on its way to a room, in virtual time: who hears it on which bar line. */
import { expect, test } from "vitest";
import { decodeDelta, encodeDelta } from "#shared/document/codec.ts";
import type { Write } from "#shared/document/delta.ts";
import { Replica } from "#shared/document/replica.ts";
import { events } from "#shared/music/events.ts";
import { firstWrites } from "#shared/music/first-jam.ts";
import { BEATS_PER_BAR, type Jam } from "#shared/music/model.ts";
import { timeOfBeat } from "#shared/music/timeline.ts";
import { controlLead, controlWrites } from "#shared/room/leader-controls.ts";
import { type RoomTime, roomTime } from "#shared/time/instants.ts";
import { World } from "./world.ts";

const RUNS = 1_000;
/** Notes are handed to the engine so long ahead: what is nearer is released. */
const REACH = 0.135;
/** The server stores in rounds of 20 ms. */
const STORING = 0.025;

/** The beat of the first note that is heard upside down, by one who knows `before` until `arrival` and `after` from then on. */
function firstInverted(before: Jam, after: Jam, arrival: number, until: RoomTime): number | null {
  const from = roomTime(arrival + REACH);
  const heard = [...events(before, roomTime(0), from), ...events(after, from, until)];
  return heard.find(({ pitch, sounding }) => pitch !== sounding)?.beat ?? null;
}

function run(seed: number): { peers: number; late: number } {
  const world = new World(seed);
  const server = new Replica({ actor: 0, seed: 1 });
  const tempo = world.between(60, 200);
  const base = { fromTime: roomTime(1), fromBeat: 0, tempo, running: true };
  server.commit(firstWrites(), 1);
  const timeline: Write = { key: { kind: "room", field: "transport" }, value: { base, next: null } };
  server.commit([timeline], 2);
  const peers = Array.from({ length: 4 }, () => {
    const replica = new Replica({ actor: 9, seed: 1 });
    replica.document.merge(server.document.registers());
    return { replica, rtt: world.between(0.005, 0.3) };
  });
  const before = server.document.jam();
  const now = roomTime(world.between(2, 10));
  const lead = controlLead(peers.map(({ rtt }) => rtt));
  const writes = controlWrites({ type: "POLARITY_SYNC", polarity: -1 }, 9, {
    document: server.document,
    now,
    lead,
  });
  if (!writes.ok || writes.value === "later") throw new Error("refused");
  const bytes = encodeDelta(server.commit(writes.value, now * 1_000), { explicitActor: true, nowMs: 0 });
  const { next } = server.document.jam().polarity;
  if (!next) throw new Error("not staged");
  const instant = timeOfBeat(before.timeline, next.fromBeat) as RoomTime;
  expect(next.fromBeat % BEATS_PER_BAR).toBe(0);
  const until = roomTime(instant + 12);
  const first = events(server.document.jam(), instant, until).find(
    ({ pitch, sounding }) => pitch !== sounding,
  );

  let late = 0;
  for (const { replica, rtt } of peers) {
    // One in ten is struck by something that no round trip has told of.
    const delay = STORING + (world.chance(0.1) ? world.between(0, 3) : world.between(rtt / 2, rtt));
    const delta = decodeDelta(bytes, replica.context(null, now * 1_000));
    if (!delta.ok) throw new Error(delta.error);
    replica.receive(delta.value);
    const beat = firstInverted(before, replica.document.jam(), now + delay, until);
    if (delay + REACH <= instant - now) expect(beat).toBe(first?.beat);
    else {
      late += 1;
      // On the first step that it can change, and not before the bar line.
      expect(beat).toBeGreaterThanOrEqual(next.fromBeat);
      const reachable = events(replica.document.jam(), roomTime(now + delay + REACH), until);
      expect(beat).toBe(reachable.find(({ pitch, sounding }) => pitch !== sounding)?.beat ?? null);
    }
    // Whose round trip the server knew is in time.
    if (delay <= STORING + rtt) expect(delay).toBeLessThan(lead);
  }
  return { peers: peers.length, late };
}

test(`[LEAD15] in ${RUNS} rooms a control is heard on one bar line by all whom it reaches within the lead`, {
  timeout: 120_000,
}, () => {
  let [peers, late] = [0, 0];
  for (let seed = 1; seed <= RUNS; seed++) {
    const played = run(seed);
    peers += played.peers;
    late += played.late;
  }
  expect(peers).toBe(4 * RUNS);
  // The others were counted: only those who were struck, and not all of them.
  expect(late).toBeGreaterThan(0);
  expect(late).toBeLessThan(0.1 * peers);
});
