/** What one seed plays, and what must hold when it has become calm. Every draw is the seed's, so it replays exactly. */
import type { Delta, Write } from "#shared/document/delta.ts";
import { compareStamps } from "#shared/document/stamp.ts";
import { type Rung, SimulatedJam } from "./jam.ts";
import type { Tab } from "./sim-tab.ts";
import { World } from "./world.ts";

export interface Played {
  readonly seed: number;
  readonly edits: number;
  readonly tabs: number;
  /** What did not hold; empty when all did. */
  readonly faults: readonly string[];
}

const RUNGS: readonly Rung[] = ["relay", "mesh", "sfu"];
/** Seconds of editing and breaking; then everything works, and this long may pass until all agree. */
const STORM = 8;
const CALM = 40;

/** A jam of two empty tracks. */
export const FIRST: Write[] = [1, 2].flatMap((track): Write[] => [
  { key: { kind: "track", track, field: "alive" }, value: true },
  { key: { kind: "track", track, field: "instrument" }, value: "kick" },
  { key: { kind: "track", track, field: "order" }, value: `V${track}` },
]);

export function play(seed: number, log?: (text: string) => void): Played {
  const world = new World(seed);
  const jam = new SimulatedJam(world, {
    rung: world.pick(RUNGS),
    first: FIRST,
    tabs: world.chance(0.5) ? world.integer(3, 5) : 5 + Math.floor(11.99 * world.random() ** 4),
    weather: {
      delay: world.between(0.005, 0.15),
      jitter: world.between(0, 0.1),
      loss: world.chance(0.3) ? 0 : world.between(0, 0.3),
      duplication: world.between(0, 0.1),
    },
    ...(log && { log }),
  });
  jam.log(`seed ${seed}: ${jam.tabs.length} tabs, ${jam.rung}, loss ${jam.weather.loss.toFixed(2)}`);
  jam.start();
  const promised = storm(jam);
  world.runUntil(STORM);
  calm(jam);
  const end = STORM + CALM;
  while (world.now < end && differences(jam).length > 0) world.runUntil(world.now + 0.5);
  const faults = [...differences(jam), ...lost(jam, promised)];
  for (const fault of faults) jam.log(`FAULT ${fault}`);
  return { seed, edits: jam.edits, tabs: jam.tabs.length, faults };
}

/** Draws when what happens. Returns the deltas whose authors are gone, and that were acknowledged by then. */
function storm(jam: SimulatedJam): Delta[] {
  const { world } = jam;
  const promised: Delta[] = [];
  const edits = world.integer(80, 170);
  for (let i = 0; i < edits; i++) world.after(world.between(0, STORM), () => jam.edit(world.pick(jam.tabs)));
  // A script's burst: more at once than the window of sequence numbers holds.
  if (world.chance(0.05)) {
    const tab = world.pick(jam.tabs);
    world.after(world.between(2, STORM), () => Array.from({ length: 100 }, () => jam.edit(tab)));
  }
  for (const tab of jam.tabs) disturb(jam, tab, promised);
  while (world.chance(0.4)) world.after(world.between(1, STORM), () => jam.changeRung(world.pick(RUNGS)));
  while (world.chance(0.2)) world.after(world.between(1, STORM), () => restart(jam, promised));
  return promised;
}

function disturb(jam: SimulatedJam, tab: Tab, promised: Delta[]): void {
  const { world } = jam;
  const during = (run: () => void, after: () => void) => {
    const at = world.between(0.5, STORM - 1);
    world.after(at, run);
    world.after(world.between(at, STORM), after);
  };
  if (world.chance(0.25))
    during(
      () => tab.disconnect(),
      () => tab.connect(),
    );
  if (world.chance(0.25))
    during(
      () => jam.setBroken(tab, true),
      () => jam.setBroken(tab, false),
    );
  if (world.chance(0.1))
    during(
      () => setClock(jam, tab, world.between(-10, 10)),
      () => setClock(jam, tab, world.between(-0.02, 0.02)),
    );
  if (world.chance(0.03)) world.after(world.between(1, STORM), () => setClock(jam, tab, 100));
  if (world.chance(0.1))
    during(
      () => setClock(jam, tab, null),
      () => setClock(jam, tab, 0),
    );
  if (world.chance(0.15)) world.after(world.between(1, STORM), () => crash(jam, tab, promised));
  if (world.chance(0.03)) world.after(world.between(2, STORM), () => leave(jam, tab, promised));
  if (world.chance(0.02)) world.after(world.between(1, STORM), () => corrupt(jam, tab));
}

function setClock(jam: SimulatedJam, tab: Tab, error: number | null): void {
  jam.log(`${tab.actor}: clock ${error === null ? "unknown" : `off by ${error.toFixed(3)} s`}`);
  tab.clockError = error;
  tab.pump();
}

/** The page forgets everything, or has kept its unsent edits, and comes back as a new actor. */
function crash(jam: SimulatedJam, tab: Tab, promised: Delta[]): void {
  const { world } = jam;
  if (!tab.alive) return;
  promised.push(...tab.acknowledged());
  const { actor, roomMs } = tab;
  const kept = roomMs > 0 && world.chance(0.4) ? tab.spoke.unconfirmed() : [];
  jam.log(`${actor}: crashes, having kept ${kept.length} edits`);
  jam.gone(tab);
  tab.begin();
  if (kept.length > 0) {
    tab.earlier = [actor];
    tab.kept = kept;
    tab.spoke.offerEarlier(kept, world.now);
  }
  jam.rosterChanged();
  world.after(world.between(0.1, 1), () => tab.connect());
  if (jam.rung !== "relay") world.after(world.between(0.5, 2), () => jam.openFastPath(tab));
}

/** The server dies, and now and then everybody who could give it back what it had not stored. */
function restart(jam: SimulatedJam, promised: Delta[]): void {
  if (jam.world.chance(0.4)) for (const tab of jam.tabs) crash(jam, tab, promised);
  jam.restart();
}

function leave(jam: SimulatedJam, tab: Tab, promised: Delta[]): void {
  if (!tab.alive) return;
  jam.log(`${tab.actor}: leaves`);
  promised.push(...tab.acknowledged());
  jam.gone(tab);
  tab.alive = false;
  jam.rosterChanged();
}

/** A fault that no rule allows for: a register that nobody wrote. */
function corrupt(jam: SimulatedJam, tab: Tab): void {
  jam.log(`${tab.actor}: corrupted`);
  const key = { kind: "note", track: 1, pattern: 0, step: 9, pitch: 60 } as const;
  const stamp = { time: 1, counter: 7, actor: tab.actor };
  tab.spoke.replica.document.merge([{ key, value: null, stamp }]);
}

/** Whatever was broken works again. */
function calm(jam: SimulatedJam): void {
  jam.log("calm");
  for (const tab of jam.present()) {
    if (tab.clockError === null || Math.abs(tab.clockError) < 50) tab.fixClock();
    jam.setBroken(tab, false);
    tab.connect();
    tab.pump();
  }
}

function differences(jam: SimulatedJam): string[] {
  const faults: string[] = [];
  const { hub } = jam;
  for (const { actor, spoke } of jam.present()) {
    if (spoke.unacknowledged > 0) faults.push(`actor ${actor} still owes ${spoke.unacknowledged} edits`);
    if (spoke.replica.vector.hash() !== hub.tip()) faults.push(`actor ${actor} has other deltas`);
    else if (spoke.digest !== hub.document.digest()) faults.push(`actor ${actor} diverges`);
  }
  return faults;
}

/** Acknowledged deltas that the server does not have, or whose writes were superseded by lower stamps. */
function lost(jam: SimulatedJam, promised: readonly Delta[]): string[] {
  const { document, vector } = jam.hub;
  const all = [...promised, ...jam.present().flatMap((tab) => [...tab.acknowledged(), ...tab.kept])];
  return all.flatMap(({ actor, seq, stamp, writes }) => {
    const stands = writes.every(({ key }) => compareStamps(document.stampOf(key), stamp) >= 0);
    return vector.has(actor, seq) && stands ? [] : [`edit ${seq} of actor ${actor} is lost`];
  });
}
