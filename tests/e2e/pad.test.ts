/** The XY pad: moved by one person for all, by pointer, finger and keyboard. */
import { expect, onTestFinished, test } from "vitest";
import { seriousFindings } from "./support/axe.ts";
import { JamPage } from "./support/browser.ts";
import { button, guest } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { createRoom } from "./support/rooms.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "1");

const AXES = { x: "left to right", y: "bottom to top" } as const;
const slider = (jam: JamPage, axis: keyof typeof AXES) =>
  jam.page.getByRole("slider", { name: new RegExp(`, ${AXES[axis]}$`) });
const valueOf = async (jam: JamPage, axis: keyof typeof AXES): Promise<number> =>
  Number(await slider(jam, axis).getAttribute("aria-valuenow"));
const place = async (jam: JamPage): Promise<[number, number]> => [
  await valueOf(jam, "x"),
  await valueOf(jam, "y"),
];

/** Comes in, and opens the pad of the bass. */
async function openPad(jam: JamPage): Promise<void> {
  await jam.press("Join the jam");
  await jam.whenJamming();
  await until(
    () =>
      jam.page.evaluate(() =>
        performance.getEntriesByType("resource").some(({ name }) => name.includes("live-hands")),
      ),
    { what: "the code of live hands" },
  );
  await button(jam.page, "Open Bass").click();
  await button(jam.page, "XY pad of Bass").click();
  await slider(jam, "x").waitFor();
}

/** Where a place of the pad is on the page; 0 to 1, from the left and from the bottom. */
async function pointOf(jam: JamPage, x: number, y: number): Promise<[number, number]> {
  const box = await slider(jam, "x").boundingBox();
  if (!box) throw new Error("the pad is not on the page");
  return [box.x + 14 + (box.width - 28) * x, box.y + box.height - 14 - (box.height - 28) * y];
}

test.each(["relay", "sfu"] as const)(
  "[XYP4] over %s the pad that one moves moves for the other, and its end is one edit and one undo",
  async (rung) => {
    const room = await createRoom(house.server.url, rung);
    const [ann, bo] = await Promise.all([
      guest(house, room.performer, "Ann"),
      guest(house, room.performer, "Bo"),
    ]);
    const pages = [ann, bo];
    for (const jam of pages) await openPad(jam);
    for (const jam of pages)
      await jam.untilInspect(`the ${rung}`, ({ peers }) => peers.some((peer) => peer.link === rung));
    const start = await place(bo);
    const [annBefore, boBefore] = [await ann.inspect(), await bo.inspect()];
    const seen = { x: new Set<number>(), y: new Set<number>() };
    const over = new AbortController();
    onTestFinished(() => over.abort());
    const watching = (async () => {
      while (!over.signal.aborted) {
        const [x, y] = await place(bo);
        seen.x.add(x);
        seen.y.add(y);
      }
    })();
    // What fails meanwhile says more than a page that is gone.
    watching.catch(() => undefined);
    await ann.page.mouse.move(...(await pointOf(ann, 0.2, 0.8)));
    await ann.page.mouse.down();
    for (let step = 0; step <= 60; step++)
      await ann.page.mouse.move(...(await pointOf(ann, 0.2 + step / 150, 0.8 - step / 100)));
    // A frame says how far a control is turned in 65,535 steps.
    const together = async (): Promise<boolean> => {
      const [mine, theirs] = [await place(ann), await place(bo)];
      return mine.every((value, axis) => Math.abs(value - (theirs[axis] ?? Number.NaN)) < 0.01);
    };
    await until(together, { what: "the hand's place on the other's pad" });
    await until(async () => (await slider(bo, "x").getAttribute("data-near")) !== null, {
      what: "Ann's ring on Bo's pad",
    });
    await slider(bo, "x").getByText("Ann", { exact: true }).waitFor();
    const annDuring = await ann.inspect();
    expect(annDuring.counters.sent.edits).toBe(annBefore.counters.sent.edits);
    // One frame for both controls: no more of them than a hand may send, and each four bytes longer than a knob's.
    expect(annDuring.counters.sent.live).toBeGreaterThan(annBefore.counters.sent.live + 10);
    await ann.page.mouse.up();
    const after = await bo.untilInspect(
      "the edit",
      ({ counters }) => counters.received.edits > boBefore.counters.received.edits,
    );
    over.abort();
    await watching;
    expect(after.counters.received.edits).toBe(boBefore.counters.received.edits + 1);
    await until(async () => (await place(bo)).join() === (await place(ann)).join(), { what: "the same end" });
    expect((await bo.inspect()).document.digest).toBe((await ann.inspect()).document.digest);
    for (const axis of ["x", "y"] as const) expect(seen[axis].size, axis).toBeGreaterThan(5);
    const end = await place(bo);
    expect(end[0]).not.toBe(start[0]);
    expect(end[1]).not.toBe(start[1]);
    await button(ann.page, "Undo").click();
    for (const jam of pages)
      await until(async () => (await place(jam)).join() === start.join(), { what: "the start again" });
    expect(await button(ann.page, "Undo").isDisabled()).toBe(true);
    for (const { errors } of pages) expect(errors).toEqual([]);
    for (const { context } of pages) await context.close();
  },
  90_000,
);

test("[XYP5] the pad is played and assigned with the keyboard alone, and has nothing serious for axe", async () => {
  const room = await createRoom(house.server.url, "relay");
  const ann = await guest(house, room.performer, "Ann");
  await openPad(ann);
  const [x, y] = await place(ann);
  await slider(ann, "x").focus();
  await ann.page.keyboard.press("ArrowRight");
  await until(async () => (await valueOf(ann, "x")) > x, { what: "x to go up" });
  await ann.page.keyboard.press("ArrowDown");
  await until(async () => (await valueOf(ann, "y")) < y, { what: "y to go down" });
  const [right] = await place(ann);
  await ann.page.keyboard.press("Shift+ArrowLeft");
  await until(async () => (await valueOf(ann, "x")) < right, { what: "x to go down a little" });
  expect(await valueOf(ann, "x")).toBeGreaterThan(x);
  expect(await slider(ann, "x").getAttribute("aria-valuetext")).toMatch(/Hz, Resonance 0\.\d+$/);
  await ann.page.keyboard.press("Tab");
  await ann.page.keyboard.press("End");
  const most = Number(await slider(ann, "y").getAttribute("aria-valuemax"));
  await until(async () => (await valueOf(ann, "y")) === most, { what: "the end of y" });
  await ann.page.keyboard.press("Delete");
  await until(async () => (await valueOf(ann, "y")) < most, { what: "where y began" });

  const name = (axis: keyof typeof AXES) => slider(ann, axis).getAttribute("aria-label");
  await ann.page.getByLabel("Bottom to top", { exact: true }).selectOption("Cutoff");
  await until(async () => (await name("y")) === "Cutoff, bottom to top", { what: "cutoff to go up" });
  expect(await name("x")).toBe("Resonance, left to right");
  await ann.page.getByLabel("Left to right", { exact: true }).selectOption("Pan");
  await until(async () => (await name("x")) === "Pan, left to right", { what: "pan" });
  const { tracks } = (await ann.inspect()).document;
  const bass = tracks.find((track) => track.name === "Bass")?.id ?? 0;
  await slider(ann, "x").focus();
  await ann.page.keyboard.press("End");
  await until(
    async () => (await ann.page.getByRole("slider", { name: "Pan of Bass" }).inputValue()) === "1",
    {
      what: "the part's own pan to follow",
    },
  );
  await ann.page.getByLabel("Left to right", { exact: true }).selectOption("");
  await until(async () => (await name("x")) === "Resonance, left to right", { what: "the instrument's own" });
  expect(await seriousFindings(ann, `[data-track="${bass}"]`)).toEqual([]);
  await ann.context.close();
}, 90_000);

test("[XYP6] on a phone the pad takes the place of the steps, and a finger plays it", async () => {
  const room = await createRoom(house.server.url, "relay");
  const context = await house.browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    colorScheme: "dark",
    reducedMotion: "reduce",
  });
  const ann = await JamPage.openIn(context, room.performer.replace("#", "?inspect#"));
  await openPad(ann);
  const box = await slider(ann, "x").boundingBox();
  expect(box?.width).toBeGreaterThan(320);
  expect(box?.height).toBeGreaterThan(240);
  expect(await slider(ann, "x").evaluate((element) => getComputedStyle(element).touchAction)).toBe("none");
  const before = await ann.inspect();
  await ann.page.touchscreen.tap(...(await pointOf(ann, 1, 0)));
  const end = async (axis: "x" | "y", which: "min" | "max") =>
    Number(await slider(ann, axis).getAttribute(`aria-value${which}`));
  const corner = [await end("x", "max"), await end("y", "min")].join();
  await until(async () => (await place(ann)).join() === corner, { what: "the corner" });
  await ann.untilInspect(
    "one edit",
    ({ counters }) => counters.sent.edits === before.counters.sent.edits + 1,
  );
  expect(await seriousFindings(ann)).toEqual([]);
  await button(ann.page, "XY pad of Bass").click();
  await ann.cell("A2 step 1").waitFor();
  await context.close();
}, 90_000);
