/** Two people with a knob to turn, and what each sees of it. */
import type { JamPage } from "./browser.ts";
import { guest, whenCompany } from "./guests.ts";
import { createRoom } from "./rooms.ts";
import { until } from "./until.ts";

export const knob = (jam: JamPage, name = "Cutoff") =>
  jam.page.getByRole("slider", { name, exact: true }).first();
export const shown = async (jam: JamPage, name?: string) =>
  Number(await knob(jam, name).getAttribute("aria-valuenow"));

/** What hands need is fetched when the sound is on. */
const whenHandsAreHere = (jam: JamPage) =>
  until(
    () =>
      jam.page.evaluate(() =>
        performance.getEntriesByType("resource").some(({ name }) => name.includes("live-hands")),
      ),
    { what: "the code of live hands" },
  );

/** Two people whose hands go over this rung, with the bass open. */
export async function pair(
  house: Parameters<typeof guest>[0],
  rung: "relay" | "mesh" | "sfu",
): Promise<[JamPage, JamPage]> {
  const room = await createRoom(house.server.url, rung);
  const [ann, bo] = await Promise.all(["Ann", "Bo"].map((name) => guest(house, room.performer, name)));
  if (!ann || !bo) throw new Error("nobody came");
  for (const jam of [ann, bo]) {
    await jam.press("Join the jam");
    await jam.whenJamming();
    await whenHandsAreHere(jam);
    // What comes late moves the knobs.
    await whenCompany(jam);
    await jam.page.getByRole("button", { name: "Open Bass", exact: true }).click();
    await knob(jam).waitFor();
  }
  for (const jam of [ann, bo])
    await jam.untilInspect(`the ${rung}`, ({ peers }) => peers.some((peer) => peer.link === rung));
  return [ann, bo];
}
