/** The room's programme through real browsers and the real SFU: who sends it, and what its audience hears. */
import { expect, onTestFinished, test } from "vitest";
import type { JamPage } from "./support/browser.ts";
import { join as come, guest } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { listening } from "./support/machine.ts";
import { ProgrammeListener } from "./support/programme-listener.ts";
import { createRoom, type RoomLinks } from "./support/rooms.ts";
import { endlessTone } from "./support/tone.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "1");

async function perform(room: RoomLinks, role: "leader" | "performer", name: string): Promise<JamPage> {
  const jam = await guest(house, room[role], name);
  onTestFinished(() => jam.context.close());
  await come(jam);
  return jam;
}

/** What it says of the programme. */
const programmeOf = (jam: JamPage): Promise<string | null> =>
  jam.page.locator("[data-programme]").textContent();

async function stage() {
  const room = await createRoom(house.server.url, "sfu");
  const ann = await perform(room, "leader", "Ann");
  const bo = await perform(room, "performer", "Bo");
  await endlessTone(ann);
  const listener = await ProgrammeListener.open(house.browser, house.server.url, room.listener);
  onTestFinished(() => listener.close());
  const heard = await listener.until(
    "both who broadcast",
    ({ consumed, silentSince }) => consumed.length === 2 && silentSince === null,
    40_000,
  );
  const { onAir, standBy } = heard.programme ?? {};
  return { room, ann, bo, listener, onAir, standBy, from: heard.now };
}

test(
  "[PRG19] when the broadcaster's page dies the audience hears on by the stand-by, and by somebody new after that",
  listening(120_000),
  async () => {
    const { room, ann, bo, listener, onAir, standBy, from } = await stage();
    const says = (jam: JamPage, words: string) =>
      until(async () => (await programmeOf(jam)) === words, { what: words, detail: () => jam.errors.join() });
    const isAnn = (await programmeOf(ann))?.startsWith("You are") === true;
    const [first, second] = isAnn ? [ann, bo] : [bo, ann];
    await says(first, "You are on air for 1 listener.");
    await says(second, `${isAnn ? "Ann" : "Bo"} is on air for 1 listener. You stand by.`);
    await first.crash();
    const hears = (actor: number | null | undefined, since: number) =>
      listener.until(
        "another on air, and heard",
        ({ programme, silentSince, now }) =>
          programme?.onAir === actor && silentSince === null && now > since + 1,
      );
    const after = await hears(standBy, from);
    expect(after.programme).toMatchObject({ onAir: standBy, standBy: null });
    expect(after.consumed).toContain(onAir);

    await perform(room, "performer", "Cem");
    const { programme } = await listener.until("a stand-by", ({ consumed }) => consumed.length === 3);
    const { now } = await listener.heard();
    await second.crash();
    await hears(programme?.standBy, now);
  },
);

test(
  "[PRG20] a leader's choice is on air from a bar line on, and nothing is missing",
  listening(120_000),
  async () => {
    const { ann, listener, standBy: chosen } = await stage();
    const name = (await programmeOf(ann))?.startsWith("You are") === true ? "Bo" : "Ann";
    await ann.page.getByLabel("Whom the audience hears").selectOption(name);
    const planned = await listener.until("a plan", ({ programme }) => programme?.onAir === chosen);
    expect(planned.programme?.at).toBeGreaterThan(0);
    const done = await listener.until("the switch", ({ programme }) => programme?.at === undefined, 30_000);
    expect(done.programme).toMatchObject({ onAir: chosen, chosen });
    expect(done.silentSince).toBeNull();
  },
);
