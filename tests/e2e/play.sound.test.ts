/** Notes played live, end to end: heard at once here and later there, let go of in any case, written where wanted. */
import { expect, test } from "vitest";
import type { JamPage } from "./support/browser.ts";
import { guest, join } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { onsetTimes, recordTogether, soundingShare } from "./support/listening.ts";
import { listening } from "./support/machine.ts";
import { createRoom } from "./support/rooms.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "0");

/** A performer and a leader in a room where only one melodic part sounds, an empty one; its keys are open on both pages. */
async function stage(rung: "relay" | "mesh"): Promise<readonly [JamPage, JamPage]> {
  const room = await createRoom(house.server.url, rung);
  const pages = await Promise.all([guest(house, room.performer, "Ann"), guest(house, room.leader, "Bo")]);
  const [ann, bo] = pages as [JamPage, JamPage];
  await join(ann, bo);
  for (const { id } of (await ann.inspect()).document.tracks)
    await ann.dispatch({ type: "TRACK_SET", track: id, muted: true });
  await ann.dispatch({ type: "ROOM_SET", scale: "major", root: 0 });
  await ann.dispatch({ type: "TRACK_ADD", instrument: "beep", name: "Line" });
  for (const jam of pages) {
    await jam.press("Open Line");
    await jam.press("Play live");
    await jam.page.getByRole("button", { name: "Play C4" }).first().waitFor();
  }
  if (rung === "mesh")
    await ann.untilInspect("the mesh", ({ peers }) => peers.some(({ link }) => link === "mesh"));
  return [ann, bo];
}

const lit = (jam: JamPage) => jam.page.locator("[data-lit=true]");
const close = (...pages: readonly JamPage[]) => Promise.all(pages.map(({ context }) => context.close()));

test.each(["relay", "mesh"] as const)(
  "[PLY8] over %s a key sounds at once for who plays and a delay later for the other, as long as it is held",
  listening(90_000),
  async (rung) => {
    const [ann, bo] = await stage(rung);
    let pressed: number[] = [];
    const [mine, theirs] = await recordTogether([ann, bo], 3, async () => {
      pressed = [];
      await ann.page.waitForTimeout(700);
      for (const key of ["a", "d", "g"]) {
        pressed.push(await ann.page.evaluate(() => (performance.timeOrigin + performance.now()) / 1_000));
        await ann.page.keyboard.down(key);
        await lit(ann).first().waitFor();
        await ann.page.waitForTimeout(200);
        await ann.page.keyboard.up(key);
        await ann.page.waitForTimeout(300);
      }
    });
    const [here, there] = [onsetTimes(mine), onsetTimes(theirs)];
    expect(here).toHaveLength(3);
    expect(there).toHaveLength(3);
    for (const [i, at] of here.entries()) {
      const later = (there[i] ?? 0) - at;
      expect(later).toBeGreaterThan(0);
      expect((there[i] ?? 0) - (pressed[i] ?? 0)).toBeLessThan(0.4);
    }
    expect(ann.errors).toEqual([]);
    expect(bo.errors).toEqual([]);
    await close(ann, bo);
  },
);

/** Holds keys until they light at the other, who leaves out what came too late to sound: then they are struck again. */
const hold = (player: JamPage, other: JamPage, ...keys: readonly string[]): Promise<true> =>
  until(
    async () => {
      for (const key of keys) {
        await player.page.keyboard.up(key);
        await player.page.keyboard.down(key);
      }
      const all = lit(other).nth(keys.length - 1);
      return all.waitFor({ timeout: 2_000 }).then(
        () => true,
        () => false,
      );
    },
    { what: `${keys.join(" and ")} to light` },
  );

test(
  "[PLY8] a page that is closed in mid-note leaves no note hanging, and its player is seen while they play",
  listening(90_000),
  async () => {
    const [ann, bo] = await stage("relay");
    await hold(ann, bo, "a", "d");
    await bo.page.getByText("Ann plays", { exact: true }).waitFor();
    expect(soundingShare(await bo.tap(0.5))).toBe(1);
    await close(ann);
    await until(async () => (await lit(bo).count()) === 0, { what: "the keys to go dark" });
    await until(async () => soundingShare(await bo.tap(0.5)) === 0, { what: "silence" });
    expect(bo.errors).toEqual([]);
    await close(bo);
  },
);

test(
  "[PLY8] Escape and a window that is left let go of everything; a locked part says so and is silent",
  listening(90_000),
  async () => {
    const [ann, bo] = await stage("relay");
    for (const leave of [
      () => ann.page.keyboard.press("Escape"),
      () => ann.page.evaluate(() => dispatchEvent(new Event("blur"))),
    ]) {
      await hold(ann, bo, "a");
      await leave();
      for (const jam of [ann, bo])
        await until(async () => (await lit(jam).count()) === 0, { what: "it to go dark" });
      await ann.page.keyboard.up("a");
    }
    await bo.press("Conduct");
    await bo.page.getByRole("dialog").getByRole("button", { name: "Lock Line", exact: true }).click();
    await ann.page.getByRole("button", { name: "Open Line, locked" }).waitFor();
    await ann.page.keyboard.down("a");
    await ann.page.getByText("A leader has locked this part.", { exact: true }).waitFor();
    expect(await lit(ann).count()).toBe(0);
    expect(soundingShare(await ann.tap(0.3))).toBe(0);
    await ann.page.keyboard.up("a");
    await close(ann, bo);
  },
);

/** So slow that what is doubled is heard apart. */
const TEMPO = 20;
const STEP = 60 / TEMPO / 4;
const LENGTH = 2;

/** In the page: presses keys `early` seconds before a step of the next pass, for a moment. The room time of the press. */
const pressEarly = (jam: JamPage, codes: readonly string[], early: number): Promise<number> =>
  jam.page.evaluate(
    async ([keys, before, step, length]) => {
      const state = window.tutti?.inspect();
      const roomAt = state?.clock.roomTime ?? 0;
      const readAt = performance.now();
      const { originBeat = 0, originTime = 0 } = state?.transport ?? {};
      const index = Math.ceil((originBeat * 4 + (roomAt - originTime) / step) / length + 0.5) * length + 1;
      const at = originTime + (index - originBeat * 4) * step - before;
      const wait = () => readAt + (at - roomAt) * 1_000 - performance.now();
      await new Promise((done) => setTimeout(done, Math.max(0, wait() - 20)));
      while (wait() > 0);
      const tell = (type: string) => {
        for (const code of keys) dispatchEvent(new KeyboardEvent(type, { code, key: "x" }));
      };
      tell("keydown");
      await new Promise((done) => setTimeout(done, 60));
      tell("keyup");
      return at;
    },
    [codes, early, STEP, LENGTH] as const,
  );

test(
  "[PLY12] what is recorded stands on the nearest step on both pages, sounds once in its pass, and goes with one undo",
  listening(120_000),
  async () => {
    const [ann, bo] = await stage("relay");
    const track = (await ann.inspect()).document.tracks.find(({ name }) => name === "Line")?.id ?? 0;
    await ann.dispatch({ type: "SWING_SET", swing: 50 });
    await ann.dispatch({ type: "TEMPO_SET", tempo: TEMPO });
    await ann.dispatch({ type: "LENGTH_SET", track, length: LENGTH });
    await ann.dispatch({ type: "PARAM_SET", track, param: "release", value: 0.03 });
    const written = async (jam: JamPage) =>
      (await jam.inspect()).document.tracks.find(({ id }) => id === track)?.notes ?? [];
    await ann.page.keyboard.press("Shift+R");
    await ann.page.getByRole("button", { name: "Recording", exact: true }).waitFor();
    await ann.page.keyboard.press("Space");
    for (const jam of [ann, bo]) await jam.untilInspect("it to play", ({ transport }) => transport.beat > 0);
    const early = 0.4 * STEP;
    const nothingWritten = async () => {
      for (const jam of [ann, bo])
        await until(async () => (await written(jam)).length === 0, { what: "no notes" });
    };
    let step = Number.NaN;
    const recordings = await recordTogether([ann, bo], 6.5, async () => {
      // Of a recording that was no good.
      if ((await written(ann)).length > 0) await ann.page.keyboard.press("Control+z");
      await nothingWritten();
      step = early + (await pressEarly(ann, ["KeyA", "KeyD"], early));
      for (const jam of [ann, bo]) {
        await until(async () => (await written(jam)).length === 2, { what: "two notes" });
        expect((await written(jam)).map((note) => [note.step, note.pitch])).toEqual([
          [1, 60],
          [1, 64],
        ]);
      }
    });
    const pass = LENGTH * STEP;
    for (const [i, taken] of recordings.entries()) {
      const heard = onsetTimes(taken).map((time) => time - taken.hostTime + taken.roomTime - step);
      const told = `${i === 0 ? "here" : "there"}: ${heard.map((each) => each.toFixed(3)).join(", ")}`;
      expect(
        heard.filter((time) => time > -early - 0.01 && time < pass - 0.05),
        told,
      ).toHaveLength(1);
      expect(
        heard.find((time) => time > -early),
        told,
      ).toBeLessThan(-0.01);
      expect(
        heard.some((time) => Math.abs(time - pass) < 0.01),
        told,
      ).toBe(true);
    }
    await ann.page.keyboard.press("Control+z");
    await nothingWritten();
    expect((await ann.inspect()).document.digest).toBe((await bo.inspect()).document.digest);
    expect(ann.errors).toEqual([]);
    await close(ann, bo);
  },
);
