/**
 * The first minute of somebody who opens a link: how much script comes before the first sound, how soon
 * the right grid is on screen, and how soon after "Join the jam" the playing jam is heard. In both of
 * the engine's modes, in an SFU room, and with UDP blocked.
 */
import type { Browser } from "playwright-core";
import type { Topology } from "#shared/protocol/messages.ts";
import { NO_UDP_FLAG } from "../../chromium.ts";
import { JamPage, launch } from "../../e2e/support/browser.ts";
import { createRoom } from "../../e2e/support/rooms.ts";
import type { RunOptions } from "../benchmark.ts";
import { startFrozenServer } from "../frozen-server.ts";
import { atMost, type Bar, type Outcome, type Row, rowOf } from "../report.ts";
import { median, percentile } from "../stats.ts";
import type { ExpectedCells } from "./probe.ts";
import { weigh } from "./scripts.ts";
import { type Visit, visit } from "./visit.ts";

interface Case {
  readonly name: string;
  readonly topology: Topology;
  readonly isolated: boolean;
  readonly udp: boolean;
  /** Join → sound, ms. */
  readonly soundTarget: number;
}

const CASES: readonly Case[] = [
  { name: "sab", topology: "auto", isolated: true, udp: true, soundTarget: 1_500 },
  { name: "postMessage", topology: "auto", isolated: false, udp: true, soundTarget: 2_000 },
  { name: "sab, UDP blocked", topology: "auto", isolated: true, udp: false, soundTarget: 1_500 },
  { name: "sab, SFU room", topology: "sfu", isolated: true, udp: true, soundTarget: 1_500 },
];

const VISITS = 10;
const GRID_TARGET_MS = 1_000;
const SCRIPTS_TARGET_KB = 150;
/** A step the room's first pattern leaves empty: a grid that shows it pressed is the room's own. */
const ODD_STEP = 1;

/** Somebody is in the room already and plays. */
async function openHost(browser: Browser, leaderLink: string): Promise<JamPage> {
  const host = await JamPage.open(browser, leaderLink.replace("#", "?inspect#"));
  await host.press("Join the jam");
  await host.whenJamming();
  await host.press("Play");
  await host.untilInspect("the jam to play", (state) => state.transport.beat > 0.5);
  return host;
}

/** Makes the room's pattern its own, and says what its grid looks like. */
async function makeItsOwn(host: JamPage): Promise<ExpectedCells> {
  const { document } = await host.inspect();
  const track = document.tracks[0];
  const pitch = track?.notes[0]?.pitch;
  if (!track || pitch === undefined) throw new Error("the room's first pattern is empty");
  await host.dispatch({ type: "NOTE_SET", track: track.id, step: ODD_STEP, pitch, velocity: 90 });
  const pressed = new Set([ODD_STEP, ...track.notes.map((note) => note.step)]);
  const labels = Array.from({ length: track.length }, (_, step) => [
    `${track.name} step ${step + 1}`,
    pressed.has(step),
  ]);
  return Object.fromEntries(labels) as ExpectedCells;
}

async function visits(kind: Case, url: string, { quick, say }: RunOptions): Promise<Visit[]> {
  const flags = kind.udp ? [] : [NO_UDP_FLAG];
  const browser = await launch(...flags);
  try {
    const room = await createRoom(url, kind.topology);
    const host = await openHost(browser, room.leader);
    const expected = await makeItsOwn(host);
    const seen: Visit[] = [];
    for (let i = 0; i < (quick ? 1 : VISITS); i++) {
      const next = await visit(browser, room.performer, { expected, isolated: kind.isolated });
      seen.push(next);
      say(`${kind.name}, visit ${i + 1}: grid ${next.grid.toFixed(0)} ms, sound ${next.sound.toFixed(0)} ms`);
      await host.untilInspect("the visitor to be gone", (state) => state.peers.length === 0, 30_000);
    }
    return seen;
  } finally {
    await browser.close();
  }
}

async function measure(kind: Case, url: string, options: RunOptions): Promise<{ rows: Row[]; bars: Bar[] }> {
  const seen = await visits(kind, url, options);
  const isMeasured = (value: number) => !Number.isNaN(value);
  const grids = seen.map(({ grid }) => grid).filter(isMeasured);
  const sounds = seen.map(({ sound }) => sound).filter(isMeasured);
  const paths = [...new Set(seen.flatMap(({ scripts }) => scripts))];
  const scripts = await Promise.all(paths.map(weigh));
  const kilobytes = (isSuperSonic: boolean) =>
    scripts
      .filter((script) => script.isSuperSonic === isSuperSonic)
      .reduce((sum, { gzip }) => sum + gzip, 0) / 1_000;
  for (const { path, gzip, isSuperSonic } of scripts.toSorted((a, b) => b.gzip - a.gzip))
    options.say(
      `  ${(gzip / 1_000).toFixed(1).padStart(6)} kB  ${isSuperSonic ? "SuperSonic" : "ours"}  ${path}`,
    );
  const row = rowOf(kind.name, "tutti");
  return {
    rows: [
      row("visits", seen.length, ""),
      row("without a grid", seen.length - grids.length, ""),
      row("without a sound", seen.length - sounds.length, ""),
      row("link → grid, median", median(grids), "ms"),
      row("link → grid, p95", percentile(grids, 95), "ms"),
      row("Join → sound, median", median(sounds), "ms"),
      row("Join → sound, p95", percentile(sounds, 95), "ms"),
      row("scripts before the first sound, gzip", kilobytes(false), "kB"),
      row("SuperSonic's own, gzip", kilobytes(true), "kB"),
    ],
    bars: [
      atMost(`${kind.name}: link → grid, median, ms`, median(grids), GRID_TARGET_MS),
      atMost(`${kind.name}: Join → sound, median, ms`, median(sounds), kind.soundTarget),
      atMost(`${kind.name}: scripts before the first sound, kB gzip`, kilobytes(false), SCRIPTS_TARGET_KB),
    ],
  };
}

export async function runPage(options: RunOptions): Promise<Outcome> {
  const server = await startFrozenServer();
  try {
    const measured = [];
    for (const kind of CASES) measured.push(await measure(kind, server.url, options));
    return { rows: measured.flatMap(({ rows }) => rows), bars: measured.flatMap(({ bars }) => bars) };
  } finally {
    await server.close();
  }
}
