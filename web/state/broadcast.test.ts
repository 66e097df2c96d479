import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Emitter } from "#shared/lib/emitter.ts";
import type { Connection, ConnectionEvents } from "../net/connection.ts";
import { Broadcast, LateNotes } from "./broadcast.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ME = 7;

function stage() {
  const events = new Emitter<ConnectionEvents>();
  const connection = {
    welcome: { actor: ME },
    programme: null,
    fit: undefined,
    on: events.on.bind(events),
  } as unknown as { -readonly [K in "fit" | "on" | "programme" | "welcome"]: Connection[K] };
  const sent: string[] = [];
  const player = { late: 0, missed: 0 };
  const graph = { isOpen: true };
  const broadcast = new Broadcast({
    connection,
    streams: {
      start: (kind, track, { bitrate, ptime }) => sent.push(`${kind} ${track.id} ${bitrate} ${ptime}`),
      stop: (kind) => sent.push(`stop ${kind}`),
    },
    sends: () =>
      graph.isOpen
        ? {
            open: (kind) => ({ id: `track of ${kind}` }) as MediaStreamTrack,
            close: (kind) => sent.push(`close ${kind}`),
          }
        : null,
    player: { inspect: () => player as never },
    isSmall: () => false,
  });
  const name = (onAir: number | null, standBy: number | null): void => {
    connection.programme = { type: "programme", onAir, standBy };
    events.emit("message", connection.programme);
  };
  return { connection, broadcast, sent, player, graph, name };
}

const START = "programme track of programme 128000 20";
const END = ["stop programme", "close programme"];

test("[PRG17] who is named sends, on air or standing by, and stops some seconds after", () => {
  const { sent, name } = stage();
  name(1, 2);
  expect(sent).toEqual([]);
  name(1, ME);
  name(ME, 1);
  expect(sent).toEqual([START]);
  name(1, 2);
  vi.advanceTimersByTime(4_000);
  // Named again in time: it has not stopped.
  name(1, ME);
  vi.advanceTimersByTime(60_000);
  expect(sent).toEqual([START]);
  name(null, null);
  vi.advanceTimersByTime(6_000);
  expect(sent).toEqual([START, ...END]);
});

test("[PRG17] with another start of the sound it begins anew", () => {
  const { broadcast, sent, name, graph } = stage();
  name(ME, null);
  broadcast.stop();
  graph.isOpen = false;
  broadcast.turn();
  expect(sent).toEqual([START, ...END]);
  graph.isOpen = true;
  broadcast.turn();
  expect(sent).toEqual([START, ...END, START]);
});

test("[PRG18] late notes are those of the last minute, and a count that has fallen began anew", () => {
  const late = new LateNotes();
  expect(late.count(3)).toBe(0);
  expect(late.count(5)).toBe(2);
  for (let second = 0; second < 59; second++) expect(late.count(5)).toBe(2);
  expect(late.count(5)).toBe(0);
  expect(late.count(1)).toBe(1);
});

test("[PRG18] a page says at once how fit it is, and what has changed since", () => {
  const { connection, player } = stage();
  expect(connection.fit).toEqual({ late: 0, small: false });
  player.missed = 2;
  vi.advanceTimersByTime(1_000);
  const { fit } = connection;
  expect(fit).toEqual({ late: 2, small: false });
  vi.advanceTimersByTime(30_000);
  expect(connection.fit).toBe(fit);
  vi.advanceTimersByTime(31_000);
  expect(connection.fit).toEqual({ late: 0, small: false });
});
