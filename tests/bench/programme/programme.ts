/**
 * What the audience of a room misses when who broadcasts is another: two performers play an endless tone in real
 * browsers, a third page consumes both as a listener does and keeps each stretch of silence. The one on air is killed
 * (its sockets close), or falls silent (nothing closes: the SFU has to notice), or a leader chooses the other. And how far
 * the two are apart on the audience's own page when it goes over.
 */
import type { Browser } from "playwright-core";
import { type JamPage, launch } from "../../e2e/support/browser.ts";
import { guest, join } from "../../e2e/support/guests.ts";
import { ProgrammeListener } from "../../e2e/support/programme-listener.ts";
import { createRoom, type RoomLinks } from "../../e2e/support/rooms.ts";
import { TestServer } from "../../e2e/support/server.ts";
import { watchConnections } from "../../e2e/support/streams.ts";
import { endlessTone } from "../../e2e/support/tone.ts";
import { until } from "../../e2e/support/until.ts";
import type { RunOptions } from "../benchmark.ts";
import { atMost, type Outcome, type Row, rowOf } from "../report.ts";
import { median, percentile } from "../stats.ts";
import { phaseJumps } from "./phase.ts";

const CRASHES = 20;
const SWITCHES = 20;
/** Bars, in ms: the longest silence. */
const CRASH_P95 = 600;
const PLANNED = 100;
/** How far two senders are apart where the page goes over, ms. */
const PHASE_P95 = 10;

interface House {
  readonly server: TestServer;
  readonly browser: Browser;
}

interface Performer {
  readonly name: string;
  readonly jam: JamPage;
}

async function perform(house: House, link: string, name: string): Promise<Performer> {
  const jam = await guest(house, link, name, watchConnections);
  await join(jam);
  return { name, jam };
}

/** Nothing goes out any more, and nothing says so: as of a network that has gone. */
const fallSilent = ({ page }: JamPage): Promise<void> =>
  page.evaluate(async () => {
    const open = (window.connections ?? []).filter(({ connectionState }) => connectionState === "connected");
    const senders = open.flatMap((connection) => connection.getSenders());
    await Promise.all(senders.map((sender) => sender.replaceTrack(null)));
  });

const isOnAir = async ({ jam }: Performer): Promise<boolean> =>
  (await jam.page.locator("[data-programme]").textContent())?.startsWith("You are on air") === true;

async function onAirOf(performers: readonly Performer[]): Promise<Performer> {
  return until(
    async () => {
      for (const each of performers) if (await isOnAir(each)) return each;
      return null;
    },
    { what: "somebody on air" },
  );
}

/** Both are there, and it has sounded for a while. */
const steady = (listener: ProgrammeListener, consumed: number) =>
  listener
    .until(
      "both who broadcast",
      (heard) => heard.consumed.length >= consumed && heard.silentSince === null,
      60_000,
    )
    .then(({ now }) => listener.until("some seconds", (heard) => heard.now > now + 2));

/** ms of the longest silence after this instant, once it sounds again. */
async function missed(listener: ProgrammeListener, from: number, onAir: number | null): Promise<number> {
  const heard = await listener.until(
    "sound of the other",
    ({ programme, silentSince, now }) =>
      programme?.onAir === onAir && programme.at === undefined && silentSince === null && now > from + 2,
    60_000,
  );
  return ProgrammeListener.longest(heard, from) * 1_000;
}

async function crash(house: House, how: "killed" | "silent", count: number, say: RunOptions["say"]) {
  const room = await createRoom(house.server.url, "sfu");
  let performers = [await perform(house, room.performer, "A"), await perform(house, room.performer, "B")];
  const [first] = performers as [Performer];
  await endlessTone(first.jam);
  const listener = await ProgrammeListener.open(house.browser, house.server.url, room.listener);
  const silences: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    const { now, programme } = await steady(listener, turn + 2);
    const dying = await onAirOf(performers);
    if (how === "killed") await dying.jam.crash();
    else await fallSilent(dying.jam);
    const silence = await missed(listener, now, programme?.standBy ?? null);
    silences.push(silence);
    say(`${how}, ${turn + 1} of ${count}: ${silence.toFixed(0)} ms`);
    await dying.jam.context.close();
    performers = performers.filter((each) => each !== dying);
    if (turn < count - 1) performers.push(await perform(house, room.performer, `C${turn}`));
  }
  for (const { jam } of performers) await jam.context.close();
  await listener.close();
  return silences;
}

async function planned(house: House, room: RoomLinks, count: number, say: RunOptions["say"]) {
  const leader = await perform(house, room.leader, "Leader");
  const other = await perform(house, room.performer, "Other");
  await endlessTone(leader.jam);
  const listener = await ProgrammeListener.open(house.browser, house.server.url, room.listener);
  const silences: number[] = [];
  for (let turn = 0; turn < count; turn++) {
    const { now, programme } = await steady(listener, 2);
    const next = (await isOnAir(leader)) ? other : leader;
    await leader.jam.page.getByLabel("Whom the audience hears").selectOption(next.name);
    const silence = await missed(listener, now, programme?.standBy ?? null);
    silences.push(silence);
    say(`planned, ${turn + 1} of ${count}: ${silence.toFixed(0)} ms`);
  }
  for (const { jam } of [leader, other]) await jam.context.close();
  await listener.close();
  return silences;
}

const rowsOf = (name: string, silences: readonly number[]): Row[] => {
  const row = rowOf(name, "tutti");
  return [
    row("times", silences.length, ""),
    row("longest silence, p50", median(silences), "ms"),
    row("longest silence, p95", percentile(silences, 95), "ms"),
    row("longest silence, most", Math.max(...silences), "ms"),
  ];
};

export async function runProgramme({ quick, say }: RunOptions): Promise<Outcome> {
  const [server, browser] = await Promise.all([TestServer.start("--sfu-workers", "1"), launch()]);
  try {
    const house = { server, browser };
    const [crashes, switches] = quick ? [CRASHES / 10, SWITCHES / 10] : [CRASHES, SWITCHES];
    const killed = await crash(house, "killed", crashes, say);
    const silent = await crash(house, "silent", crashes, say);
    const chosen = await planned(house, await createRoom(server.url, "sfu"), switches, say);
    const jumps = (await phaseJumps(house, switches, say)).map((jump) => Math.abs(jump) * 1_000);
    const phase = rowOf("planned", "tutti");
    return {
      rows: [
        ...rowsOf("killed", killed),
        ...rowsOf("silent", silent),
        ...rowsOf("planned", chosen),
        phase("phase heard in", jumps.length, "times"),
        phase("phase jump, p50", median(jumps), "ms"),
        phase("phase jump, p95", percentile(jumps, 95), "ms"),
      ],
      bars: [
        atMost("planned: not heard side by side, times", switches - jumps.length, switches / 2),
        atMost("planned: phase jump, p95, ms", percentile(jumps, 95), PHASE_P95),
        atMost("killed: longest silence, p95, ms", percentile(killed, 95), CRASH_P95),
        atMost("silent: longest silence, p95, ms", percentile(silent, 95), CRASH_P95),
        atMost("planned: longest silence, ms", Math.max(...chosen), PLANNED),
      ],
    };
  } finally {
    await browser.close();
    await server.close();
  }
}
