/** Rooms that begin with a jam of somebody's own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { decodeSnapshot } from "#shared/document/snapshot-codec.ts";
import { JamDocument } from "#shared/document/document.ts";
import { writeJamFile } from "#shared/document/jam-file.ts";
import { beatAt } from "#shared/music/timeline.ts";
import { roomTime } from "#shared/time/instants.ts";
import { readConfig } from "./config.ts";
import { silentLog } from "./log.ts";
import { type RunningServer, startServer } from "./server.ts";
import { join, type MadeRoom } from "./test-client.ts";

let dataDir = "";
let server: RunningServer;

async function start(...flags: string[]): Promise<RunningServer> {
  const read = readConfig(["--port", "0", "--data-dir", dataDir, ...flags], {});
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

const EMPTY = writeJamFile(new JamDocument(1));

const postRoom = (wanted: object): Promise<Response> =>
  fetch(`${server.url}/api/rooms`, { method: "POST", body: JSON.stringify(wanted) });

test("[JAM12] a room that is made with a jam begins with it, stopped at beat 0", async () => {
  const tracks = [{ instrument: "theremin", patterns: [{ index: 3, notes: [{ step: 9, pitch: 40 }] }] }];
  const response = await postRoom({ topology: "relay", jam: { ...EMPTY, name: "Kept", tempo: 97, tracks } });
  expect(response.status).toBe(201);
  const { links, remarks } = (await response.json()) as MadeRoom & { remarks: string[] };
  expect(remarks).toHaveLength(1);
  const { welcome, snapshot } = await join(server.url, links.leader);
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
  expect(server.counters.get("rooms.created")).toBe(0);
});

test("[JAM12] jams that are refused count against the rooms of an hour", async () => {
  await server.close();
  server = await start("--rooms-per-hour", "1");
  expect((await postRoom({ jam: {} })).status).toBe(400);
  expect((await postRoom({ jam: EMPTY })).status).toBe(429);
});
