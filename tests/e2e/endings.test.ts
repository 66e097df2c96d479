/** Every way to end, brought about on the real page: one title, one sentence, and one button that does what it says. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { loadSecret } from "../../signaling/secret.ts";
import { TOKEN_DAYS, Tokens } from "../../signaling/tokens.ts";
import { seriousFindings } from "./support/axe.ts";
import { JamPage } from "./support/browser.ts";
import { button, guest, shows } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { createRoom, type RoomLinks } from "./support/rooms.ts";
import { TestServer } from "./support/server.ts";

const house = openHouse("--sfu-workers", "0", "--max-performers", "2");
const newRoom = (): Promise<RoomLinks> => createRoom(house.server.url, "relay");

/** The page that ends, whatever the way to it; nothing else can be pressed there. */
async function expectEnd(jam: JamPage, heading: string, sentence: string, door: string): Promise<Locator> {
  await jam.page.getByRole("heading", { name: heading, exact: true }).waitFor();
  await shows(jam.page, sentence);
  const ways = jam.page.getByRole("button").or(jam.page.getByRole("link"));
  expect(await ways.allInnerTexts()).toEqual([door]);
  expect(await seriousFindings(jam)).toEqual([]);
  return ways;
}
const landed = (jam: JamPage): Promise<void> => button(jam.page, "Create a jam").waitFor();
const arrived = (jam: JamPage): Promise<void> => button(jam.page, "Join the jam").waitFor();
let tokens: Tokens;
beforeAll(async () => {
  tokens = new Tokens(await loadSecret(house.server.dataDir));
});
const signed = async (room: string, daysAgo: number): Promise<string> => {
  const claims = { room, role: "performer" as const, generation: 0 };
  const token = await tokens.sign(claims, Date.now() / 1_000 - daysAgo * 86_400);
  return `${house.server.url}/r/${room}#${token}`;
};

test("[SCR12] a full room, until somebody leaves", async () => {
  const room = await newRoom();
  const band = await Promise.all(["Ann", "Bo"].map((name) => guest(house, room.performer, name)));
  await Promise.all(band.map(arrived));
  const late = await guest(house, room.performer, "Cleo");
  const again = await expectEnd(
    late,
    "The stage is full",
    "As many people play in this room as it can hold. Try again when somebody has left.",
    "Try again",
  );
  await band.pop()?.context.close();
  await again.click();
  await arrived(late);
  for (const page of [...band, late]) await page.context.close();
}, 60_000);

test("[SCR12] an expired, a torn and an empty link, and one to a room that is gone", async () => {
  const { room, performer } = await newRoom();
  const ends = [
    [
      await signed(room, TOKEN_DAYS + 1),
      "This link has expired",
      "Nobody used it for 90 days. Ask somebody in the band for a new one.",
    ],
    [
      performer.slice(0, -9),
      "This link does not open",
      "Part of it may be missing: ask for it again, and open the whole of it.",
    ],
    [
      performer.replace(/#.*/, ""),
      "This link leads nowhere",
      "There is no room in it. A whole link ends in a # and a long word.",
    ],
    [
      await signed("nobody-here-any-more", 0),
      "Nobody is here any more",
      "The room of this link is gone: the server forgets rooms that nobody has played in for long.",
    ],
  ] as const;
  for (const [link, heading, sentence] of ends) {
    const jam = await JamPage.open(house.browser, link);
    const home = await expectEnd(jam, heading, sentence, "Start a new jam");
    await home.click();
    await landed(jam);
    await jam.context.close();
  }
}, 60_000);

test("[SCR12] a room that goes while somebody plays in it, a sheet open", async () => {
  const { room, performer } = await newRoom();
  const ann = await guest(house, performer, "Ann");
  await ann.press("Join the jam");
  await ann.whenJamming();
  await ann.press("Share");
  await ann.page.getByRole("dialog").waitFor();
  await house.server.down();
  for (const file of [`${room}.db`, `${room}.db-wal`, `${room}.db-shm`])
    rmSync(join(house.server.dataDir, "rooms", file), { force: true });
  await house.server.up();
  await expectEnd(
    ann,
    "Nobody is here any more",
    "The room of this link is gone: the server forgets rooms that nobody has played in for long.",
    "Start a new jam",
  );
  expect(await ann.page.getByRole("dialog").count()).toBe(0);
  await ann.context.close();
}, 60_000);

test("[SCR12] a page older than its server, until it is loaded anew", async () => {
  const room = await newRoom();
  const ann = await guest(house, room.performer, "Ann", (context) =>
    context.addInitScript(() => {
      // The first page says hello as one of an older major version would.
      if (sessionStorage.getItem("loaded") !== null) return;
      sessionStorage.setItem("loaded", "once");
      const Native = window.Worker;
      window.Worker = class extends Native {
        override postMessage(message: unknown, rest: StructuredSerializeOptions & Transferable[]) {
          const sent = message as { data?: unknown };
          if (typeof sent.data === "string") sent.data = sent.data.replace('"major":1', '"major":0');
          super.postMessage(message, rest);
        }
      };
    }),
  );
  const reload = await expectEnd(
    ann,
    "There is a newer Tutti",
    "The room speaks a newer version than this page does. Reloading brings it.",
    "Reload",
  );
  await reload.click();
  await arrived(ann);
  await ann.context.close();
}, 60_000);

test("[SCR12] a browser without an audio engine", async () => {
  const room = await newRoom();
  const ann = await guest(house, room.performer, "Ann", (context) =>
    context.addInitScript(() => {
      Reflect.deleteProperty(window, "AudioWorkletNode");
    }),
  );
  const copy = await expectEnd(
    ann,
    "No sound engine here",
    "This browser has no AudioWorklet, which makes the music. Open the link in a current Chrome, Edge or Firefox.",
    "Copy the link",
  );
  const link = ann.page.url();
  await shows(ann.page, link);
  await ann.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await copy.click();
  await shows(ann.page, "Copied.");
  expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe(link);
  await ann.context.close();
}, 60_000);

test("[SCR12] a server that makes no more rooms", async () => {
  const server = await TestServer.start(
    "--sfu-workers=0",
    "--trust-proxy",
    "--rooms-per-hour=1",
    "--max-rooms=2",
  );
  const from = (address: string) => ({ "x-forwarded-for": address });
  const make = (address: string) =>
    fetch(`${server.url}/api/rooms`, { method: "POST", headers: from(address) });
  const visit = async (address: string): Promise<JamPage> => {
    const context = await house.browser.newContext({ extraHTTPHeaders: from(address) });
    const jam = await JamPage.openIn(context, server.url);
    await jam.press("Create a jam");
    return jam;
  };
  try {
    expect((await make("203.0.113.1")).status).toBe(201);
    const again = await visit("203.0.113.1");
    await expectEnd(
      again,
      "That is many rooms",
      "As many as one address may make in an hour have been made from yours. Try again later.",
      "Try again",
    );
    expect((await make("203.0.113.2")).status).toBe(201);
    const cleo = await visit("203.0.113.3");
    const retry = await expectEnd(
      cleo,
      "No room could be made",
      "The server is full, or out of reach. Try again in a moment.",
      "Try again",
    );
    await retry.click();
    await landed(cleo);
    for (const page of [again, cleo]) await page.context.close();
  } finally {
    await server.close();
  }
}, 60_000);
