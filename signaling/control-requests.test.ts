import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Write } from "#shared/document/delta.ts";
import { decodeDelta, encodeDelta } from "#shared/document/codec.ts";
import { JamDocument } from "#shared/document/document.ts";
import { decodeSnapshot } from "#shared/document/snapshot-codec.ts";
import type { LeaderControl } from "#shared/protocol/controls.ts";
import type { Role } from "#shared/protocol/messages.ts";
import { viewNumbers } from "#shared/room/shown-view.ts";
import { readConfig } from "./config.ts";
import { silentLog } from "./log.ts";
import { type RunningServer, startServer } from "./server.ts";
import { join, makeRoom, type TestClient } from "./test-client.ts";

let dataDir = "";
let server: RunningServer;

async function start(): Promise<RunningServer> {
  const read = readConfig(
    ["--port", "0", "--data-dir", dataDir, "--dist-dir", joinPath(dataDir, "dist")],
    {},
  );
  if (!read.ok) throw new Error(read.error);
  return startServer(read.value, { log: silentLog(), sfu: null, sfuProblem: null, tls: null });
}

beforeEach(async () => {
  dataDir = await mkdtemp(joinPath(tmpdir(), "tutti-"));
  server = await start();
});
afterEach(async () => {
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

const INVERT: LeaderControl = { type: "POLARITY_SYNC", polarity: -1 };

function documentOf(snapshot: Uint8Array): JamDocument {
  const decoded = decodeSnapshot(snapshot);
  if (!decoded.ok) throw new Error(decoded.error);
  const document = new JamDocument(1);
  document.merge(decoded.value.registers);
  return document;
}

const jamOf = (snapshot: Uint8Array) => documentOf(snapshot).jam();

const answer = (client: TestClient, control: unknown, id = 1) => {
  client.send({ type: "control", id, control });
  return client.text("control", (message) => message.id === id);
};

/** The next delta of the server's own. */
async function serverWrites(client: TestClient) {
  for (;;) {
    const bytes = await client.frame((byte) => byte >= 0x10 && byte <= 0x1f);
    const delta = decodeDelta(bytes, { actor: null, nowMs: 1e6, highestSeq: () => 0 });
    if (delta.ok && delta.value.actor === 0) return delta.value.writes;
  }
}

test("[LEAD9] a leader's control becomes a delta of the server's, which everybody is sent", async () => {
  const { links } = await makeRoom(server.url);
  const ada = await join(server.url, links.leader);
  const ben = await join(server.url, links.performer);
  const eve = await join(server.url, links.listener);
  expect(await answer(ada.client, INVERT)).toEqual({ type: "control", id: 1 });
  for (const { client } of [ada, ben, eve])
    expect(await serverWrites(client)).toEqual([
      // The first jam stands still: at once.
      { key: { kind: "control", control: "polarity" }, value: { now: 1, next: null } },
      { key: { kind: "conducted", deed: "polarity" }, value: [ada.welcome.actor, 1] },
    ]);
});

test("[LEAD9] a performer's and a listener's are refused, and their connections go on", async () => {
  const { links } = await makeRoom(server.url);
  for (const link of [links.performer, links.listener]) {
    const { client } = await join(server.url, link);
    expect(await answer(client, INVERT)).toEqual({ type: "control", id: 1, error: "FORBIDDEN" });
    expect(await client.answers()).toBe(true);
  }
  const { snapshot } = await join(server.url, links.performer);
  expect(jamOf(snapshot).polarity).toEqual({ now: 0, next: null });
});

test("[LEAD9] too many are refused, and so is what there is not, and what is no control", async () => {
  const { links } = await makeRoom(server.url);
  const ada = await join(server.url, links.leader);
  expect((await answer(ada.client, { type: "SCENE_LAUNCH", scene: 9 })).error).toBe("NOT_FOUND");
  const errors = [];
  for (let id = 2; id < 12; id++) errors.push((await answer(ada.client, INVERT, id)).error);
  expect(errors.filter((error) => error === "RATE").length).toBeGreaterThan(0);
  expect(await ada.client.answers()).toBe(true);
  const wrong = [
    { type: "POLARITY_SYNC", polarity: 0 },
    { type: "TEMPO_RAMP", tempo: 1e9, bars: 1 },
    {},
    7,
    null,
  ];
  for (const [index, control] of wrong.entries())
    expect((await answer(ada.client, control, 100 + index)).error).toBe("INVALID");
  expect(await ada.client.answers()).toBe(true);
});

test("[LEAD14] a performer's write to a locked part is not admitted, a leader's is, whatever their stamps", async () => {
  const { links } = await makeRoom(server.url);
  const ada = await join(server.url, links.leader);
  const ben = await join(server.url, links.performer);
  const [part] = jamOf(ada.snapshot).tracks;
  const track = part?.id ?? 0;
  expect((await answer(ada.client, { type: "LOCK", track, on: true })).error).toBeUndefined();
  expect(await serverWrites(ben.client)).toEqual([
    { key: { kind: "trackLock", track }, value: true },
    { key: { kind: "conducted", deed: "lock" }, value: [ada.welcome.actor, 1, track] },
  ]);
  const volume = (value: number): Write => ({ key: { kind: "track", track, field: "volume" }, value });
  const swing: Write = { key: { kind: "room", field: "swing" }, value: 60 };
  const edit = ({ client, welcome }: typeof ada, seq: number, time: number, writes: Write[]) => {
    const { actor } = welcome;
    const delta = { actor, seq, stamp: { time, counter: 0, actor }, writes };
    client.sendBinary(encodeDelta(delta, { explicitActor: false, nowMs: 0 }));
  };
  const now = Math.round(ben.welcome.roomTime * 1_000);
  // Back-dated, as of now, and among what is open.
  edit(ben, 1, 1, [volume(0.1)]);
  edit(ben, 2, now, [volume(0.2)]);
  edit(ben, 3, now + 1, [volume(0.3), swing]);
  edit(ada, 1, now + 2, [volume(0.4)]);
  const heard = async () => {
    const { tracks, swing: swung } = jamOf((await join(server.url, links.listener)).snapshot);
    return { volume: tracks.find(({ id }) => id === track)?.volume, swing: swung };
  };
  await expect.poll(heard, { timeout: 5_000 }).toEqual({ volume: 0.4, swing: 60 });
  expect(await ben.client.answers()).toBe(true);
});

test("[LEAD16] a performer's forged FOLLOW is refused, as a control and as a delta; who comes late has a leader's", async () => {
  const { links } = await makeRoom(server.url);
  const ada = await join(server.url, links.leader);
  const ben = await join(server.url, links.performer);
  const view = { track: null, first: 16, octaves: 1, panel: null };
  expect((await answer(ben.client, { type: "FOLLOW", view })).error).toBe("FORBIDDEN");
  expect((await answer(ada.client, { type: "FOLLOW", view: { ...view, panel: "share" } })).error).toBe(
    "INVALID",
  );
  expect((await answer(ada.client, { type: "FOLLOW", view }, 2)).error).toBeUndefined();
  const key = { kind: "conducted", deed: "follow" } as const;
  const value = [ada.welcome.actor, ...viewNumbers(view)];
  expect(await serverWrites(ben.client)).toEqual([{ key, value }]);
  // A client of another make writes the register itself, from far ahead of everybody.
  const { actor } = ben.welcome;
  const forged = { key, value: [actor, 1, 4, 0] };
  const swing: Write = { key: { kind: "room", field: "swing" }, value: 60 };
  const stamp = { time: Math.round(ben.welcome.roomTime * 1_000) + 1_000, counter: 0, actor };
  ben.client.sendBinary(
    encodeDelta({ actor, seq: 1, stamp, writes: [forged, swing] }, { explicitActor: false, nowMs: 0 }),
  );
  const late = async () => documentOf((await join(server.url, links.listener)).snapshot);
  await expect.poll(async () => (await late()).jam().swing, { timeout: 5_000 }).toBe(60);
  expect((await late()).get(key)?.value).toEqual(value);
  expect(await ben.client.answers()).toBe(true);
});

const roleOf = async (client: TestClient, actor: number, role: Role) =>
  client.text("peer", ({ peer }) => peer.actor === actor && peer.role === role);

test("[LEAD17] a leader hands the lead over: everybody is told, the other leads, also after a restart", async () => {
  const { links } = await makeRoom(server.url);
  const ada = await join(server.url, links.leader);
  const ben = await join(server.url, links.performer);
  const [adas, bens] = [ada.welcome.actor, ben.welcome.actor];
  // Forged: nobody takes it who has not got it.
  for (const to of [bens, adas])
    expect((await answer(ben.client, { type: "LEAD", to })).error).toBe("FORBIDDEN");
  expect((await answer(ada.client, { type: "LEAD", to: 99 })).error).toBe("NOT_FOUND");
  expect((await answer(ada.client, { type: "LEAD", to: bens }, 2)).error).toBeUndefined();
  for (const { client } of [ada, ben]) {
    await roleOf(client, adas, "performer");
    await roleOf(client, bens, "leader");
  }
  const handed = { key: { kind: "conducted", deed: "lead" }, value: [adas, bens] };
  expect(await serverWrites(ben.client)).toEqual([handed]);
  expect((await answer(ada.client, INVERT, 3)).error).toBe("FORBIDDEN");
  expect((await answer(ben.client, INVERT, 4)).error).toBeUndefined();
  await server.close();
  server = await start();
  const back = async (who: typeof ada, link: string) =>
    (await join(server.url, link, { memberKey: who.welcome.memberKey })).welcome;
  expect((await back(ben, links.performer)).role).toBe("leader");
  const giver = await back(ada, links.leader);
  expect(giver.role).toBe("performer");
  // It still has the link: that is what it takes the lead back by.
  expect(giver.links.leader).toBeDefined();
});

test("[LEAD17] locks bind who has handed the lead over, and no more who has it", async () => {
  const { links } = await makeRoom(server.url);
  const ada = await join(server.url, links.leader);
  const ben = await join(server.url, links.performer);
  await answer(ada.client, { type: "LOCK", track: null, on: true });
  // In force once it is stored.
  await serverWrites(ben.client);
  await answer(ada.client, { type: "LEAD", to: ben.welcome.actor }, 2);
  const swing = ({ client, welcome }: typeof ada, value: number) => {
    const { actor } = welcome;
    const stamp = { time: Math.round(welcome.roomTime * 1_000) + value, counter: 0, actor };
    const writes: Write[] = [{ key: { kind: "room", field: "swing" }, value }];
    client.sendBinary(encodeDelta({ actor, seq: 1, stamp, writes }, { explicitActor: false, nowMs: 0 }));
  };
  swing(ben, 60);
  swing(ada, 70);
  const late = async () => jamOf((await join(server.url, links.listener)).snapshot).swing;
  await expect.poll(late, { timeout: 5_000 }).toBe(60);
  expect(await ada.client.answers()).toBe(true);
  expect(await late()).toBe(60);
});

test("[LEAD19] who holds a leader's link takes the lead, by a press, and opening the link makes a performer a leader", async () => {
  const { links } = await makeRoom(server.url);
  const ada = await join(server.url, links.leader);
  const ben = await join(server.url, links.performer);
  const [adas, bens] = [ada.welcome.actor, ben.welcome.actor];
  await answer(ada.client, { type: "LEAD", to: bens });
  await roleOf(ada.client, adas, "performer");
  expect((await answer(ada.client, { type: "LEAD", to: adas }, 2)).error).toBeUndefined();
  await roleOf(ben.client, adas, "leader");
  await roleOf(ben.client, bens, "performer");
  const again = await join(server.url, links.leader, { memberKey: ben.welcome.memberKey });
  expect(again.welcome).toMatchObject({ member: ben.welcome.member, role: "leader" });
  expect((await answer(again.client, INVERT)).error).toBeUndefined();
});

test("[LEAD10] who joins late has what is in force, also after a restart; a turn and its return both count", async () => {
  const { links } = await makeRoom(server.url);
  const ada = await join(server.url, links.leader);
  // Each is asked for before the one before it is stored.
  const all: LeaderControl[] = [
    INVERT,
    { type: "POLARITY_SYNC", polarity: 1 },
    INVERT,
    { type: "MUTE_ALL", on: true },
    { type: "LOCK", track: null, on: true },
    { type: "TEMPO_RAMP", tempo: 90, bars: 4 },
  ];
  for (const [id, control] of all.entries()) ada.client.send({ type: "control", id, control });
  const late = async () => jamOf((await join(server.url, links.listener)).snapshot);
  const expected = { polarity: { now: 1, next: null }, silence: { now: 1, next: null }, locked: true };
  await expect
    .poll(late, { timeout: 5_000 })
    .toMatchObject({ ...expected, timeline: { base: { tempo: 90 } } });
  await server.close();
  server = await start();
  expect(await late()).toMatchObject(expected);
});
