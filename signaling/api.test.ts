/** The HTTP API: rooms that are made, empty or with a jam of somebody's own, and how the server is. */
import { rm } from "node:fs/promises";
import { join as joinPath } from "node:path";
import { expect, test } from "vitest";
import { decodeSnapshot } from "#shared/document/snapshot-codec.ts";
import { JamDocument } from "#shared/document/document.ts";
import { writeJamFile } from "#shared/document/jam-file.ts";
import { beatAt } from "#shared/music/timeline.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { roomTime } from "#shared/time/instants.ts";
import { join, type MadeRoom, makeRoom } from "./test-client.ts";
import { serverForEachTest } from "./test-server.ts";

const house = serverForEachTest();

test("[API1] a room is made with a link for each role, on the request's own origin", async () => {
  const { room, links } = await makeRoom(house.server.url);
  expect(Object.keys(links)).toEqual(["leader", "performer", "listener"]);
  for (const [role, link] of Object.entries(links))
    expect(link.startsWith(`${house.server.url}/${role === "listener" ? "l" : "r"}/${room}#`)).toBe(true);
});

test("[API2] unknown API paths, methods and bodies are answered in JSON", async () => {
  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${house.server.url}${path}`, init);
    return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
  };
  expect(await ask("/api/nothing")).toEqual([404, "NOT_FOUND"]);
  expect(await ask("/api/rooms")).toEqual([405, "METHOD_NOT_ALLOWED"]);
  expect(await ask("/api/rooms", { method: "POST", body: "{" })).toEqual([400, "MALFORMED"]);
  expect(await ask("/api/rooms", { method: "POST", body: '{"topology":"ring"}' })).toEqual([
    400,
    "MALFORMED",
  ]);
  const long = "x".repeat(LIMITS.jamRequestBytes + 1);
  expect(await ask("/api/rooms", { method: "POST", body: long })).toEqual([413, "OVERSIZE"]);
  expect(await ask("/healthz", { method: "DELETE" })).toEqual([405, "METHOD_NOT_ALLOWED"]);
});

test("[API3] an address makes only so many rooms an hour, and the server holds only so many", async () => {
  await house.server.close();
  await house.start({ roomsPerHour: 3, maxRooms: 2 });
  await makeRoom(house.server.url);
  await makeRoom(house.server.url);
  await expect(makeRoom(house.server.url)).rejects.toThrow(/503 .*ROOMS_FULL/);
  await expect(makeRoom(house.server.url)).rejects.toThrow(/429 .*RATE/);
});

test("[API4] the process is alive, and ready only while it can save", async () => {
  expect((await fetch(`${house.server.url}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${house.server.url}/readyz`)).json()).toEqual({ ready: true, reasons: [] });
  await rm(joinPath(house.dataDir, "rooms"), { recursive: true });
  const response = await fetch(`${house.server.url}/readyz`);
  expect(response.status).toBe(503);
  expect(((await response.json()) as { reasons: string[] }).reasons[0]).toMatch(/cannot be written/);
});

const EMPTY = writeJamFile(new JamDocument(1));

const postRoom = (wanted: object): Promise<Response> =>
  fetch(`${house.server.url}/api/rooms`, { method: "POST", body: JSON.stringify(wanted) });

test("[JAM12] a room that is made with a jam begins with it, stopped at beat 0", async () => {
  const tracks = [{ instrument: "theremin", patterns: [{ index: 3, notes: [{ step: 9, pitch: 40 }] }] }];
  const response = await postRoom({ topology: "relay", jam: { ...EMPTY, name: "Kept", tempo: 97, tracks } });
  expect(response.status).toBe(201);
  const { links, remarks } = (await response.json()) as MadeRoom & { remarks: string[] };
  expect(remarks).toHaveLength(1);
  const { welcome, snapshot } = await join(house.server.url, links.leader);
  expect(welcome.role).toBe("leader");
  const document = new JamDocument(welcome.seed);
  const decoded = decodeSnapshot(snapshot);
  if (!decoded.ok) throw new Error(decoded.error);
  document.merge(decoded.value.registers);
  const written = writeJamFile(document);
  expect(written).toMatchObject({ name: "Kept", tempo: 97, tracks: [{ name: "Prophet" }] });
  expect(written.tracks[0]?.patterns).toMatchObject([{ index: 3, notes: [{ step: 9, pitch: 40 }] }]);
  const { timeline } = document.jam();
  expect(beatAt(timeline, roomTime(welcome.roomTime + 60))).toBe(0);
});

test("[JAM12] a jam that cannot be read makes no room: 400, with its sentence", async () => {
  const refusal = async (jam: unknown) => {
    const response = await postRoom({ jam });
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    return [response.status, error.code, error.message];
  };
  expect(await refusal({ ...EMPTY, tracks: [{ instrument: "kick", pan: 3 }] })).toEqual([
    400,
    "JAM_INVALID",
    "tracks[0].pan: -1 to 1",
  ]);
  expect((await refusal({ ...EMPTY, version: 9 })).slice(0, 2)).toEqual([400, "JAM_NEWER"]);
  expect((await refusal("a song")).slice(0, 2)).toEqual([400, "JAM_FOREIGN"]);
  expect(house.server.counters.get("rooms.created")).toBe(0);
});

test("[JAM12] jams that are refused count against the rooms of an hour", async () => {
  await house.restart({ roomsPerHour: 1 });
  expect((await postRoom({ jam: {} })).status).toBe(400);
  expect((await postRoom({ jam: EMPTY })).status).toBe(429);
});
