/** What outlives a page while the server is away, and how it comes back, in real browsers. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Inspection, JamPage } from "./support/browser.ts";
import { button, guest, inspected, shows } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { createRoom, type RoomLinks } from "./support/rooms.ts";
import { withOtherPage } from "./support/other-page.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "0");

const waits = (edits: number): string =>
  `You play on. ${edits} ${edits === 1 ? "edit waits" : "edits wait"} for the connection.`;

async function playing(link: string, name: string): Promise<JamPage> {
  const jam = await guest(house, link, name);
  await jam.press("Join the jam");
  await jam.whenJamming();
  return jam;
}

/** Closes a page as a person does: it is told that it goes. */
async function leave(jam: JamPage): Promise<void> {
  await jam.page.goto("about:blank");
  await jam.page.close();
}

/** Another page of the same browser. It can be joined whether or not the server is there. */
async function another(jam: JamPage, link: string): Promise<JamPage> {
  const next = await JamPage.openIn(jam.context, inspected(link));
  await next.press("Join the jam");
  await button(next.page, "Share").waitFor();
  return next;
}

async function withoutServer(act: () => Promise<void>): Promise<void> {
  await house.server.down();
  try {
    await act();
  } finally {
    await house.server.up();
  }
}

/** The browser can open the page without its server. */
const untilPageKept = (jam: JamPage): Promise<unknown> =>
  jam.page.evaluate(() => navigator.serviceWorker.ready.then(() => null));

const stepsOf = (state: Inspection, track: string): number[] =>
  state.document.tracks.find(({ name }) => name === track)?.notes.map(({ step }) => step) ?? [];

/** Everybody is in the room, everything is confirmed, and the documents are one. */
async function untilAlike(...pages: readonly JamPage[]): Promise<Inspection> {
  let states: Inspection[] = [];
  await until(
    async () => {
      states = await Promise.all(pages.map((page) => page.inspect()));
      const digests = new Set(states.map((state) => state.document.digest));
      return digests.size === 1 && states.every((state) => state.unacknowledged === 0 && state.self !== null);
    },
    { what: "one digest", timeoutMs: 30_000, detail: () => JSON.stringify(states) },
  );
  return states[0] as Inspection;
}

/** How many edits the browser's store holds for this room. */
const kept = (jam: JamPage, room: string): Promise<number> =>
  jam.page.evaluate(async (id) => {
    const settled = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error("no answer"));
      });
    const database = await settled(indexedDB.open("tutti"));
    const row = (await settled(database.transaction("edits").objectStore("edits").get(id))) as
      | { packed: { lives: { deltas: unknown[] }[]; loose: unknown[] } }
      | undefined;
    database.close();
    const deltas = row?.packed.lives.map((life) => life.deltas.length) ?? [];
    return deltas.reduce((sum, count) => sum + count, row?.packed.loose.length ?? 0);
  }, room);

/** The browser's store holds the jam as it was at this instant or later (Unix ms). */
const untilJamKept = (jam: JamPage, room: string, since: number): Promise<unknown> =>
  until(
    () =>
      jam.page.evaluate(
        ([id, ms]) =>
          new Promise<boolean>((resolve, reject) => {
            const opening = indexedDB.open("tutti");
            opening.onerror = () => reject(opening.error ?? new Error("no answer"));
            opening.onsuccess = () => {
              const reading = opening.result.transaction("jams").objectStore("jams").get(id);
              reading.onerror = () => reject(reading.error ?? new Error("no answer"));
              reading.onsuccess = () => {
                opening.result.close();
                resolve(((reading.result as { savedMs?: number } | undefined)?.savedMs ?? 0) >= ms);
              };
            };
          }),
        [room, since] as const,
      ),
    { what: "the jam on disk" },
  );

const untilKept = (jam: JamPage, room: string, edits: number): Promise<unknown> =>
  until(async () => (await kept(jam, room)) === edits, { what: `${edits} edits on disk` });

describe("one evening on which the server goes away", () => {
  let room: RoomLinks;
  let ann: JamPage;
  let bo: JamPage;
  let listener: JamPage;
  let stranger: JamPage;

  beforeAll(async () => {
    room = await createRoom(house.server.url, "relay");
    [ann, bo, listener] = await Promise.all([
      playing(room.performer, "Ann"),
      playing(room.performer, "Bo"),
      guest(house, room.listener, "Lis"),
    ]);
    await listener.press("Listen");
    await listener.whenJamming();
    await ann.dispatch({ type: "TEMPO_SET", tempo: 97 });
    // In one turn of the page: what it writes from then on has the name.
    const named = await ann.page.evaluate(() => {
      window.tutti?.dispatch({ type: "ROOM_SET", name: "Blue Hour" });
      return Date.now();
    });
    const before = await untilAlike(ann, bo);
    await listener.untilInspect("the jam", ({ document }) => document.digest === before.document.digest);
    // A stranger comes by Bo's browser: its page has to be kept as well.
    await Promise.all([
      ...[ann, listener].map((page) => untilJamKept(page, room.room, named)),
      ...[ann, bo, listener].map(untilPageKept),
    ]);
    const elsewhere = await createRoom(house.server.url, "relay");
    await house.server.down();
    stranger = await JamPage.openIn(bo.context, inspected(elsewhere.performer));
  }, 90_000);

  afterAll(async () => {
    for (const page of [ann, bo, listener]) await page?.context.close();
    if (!house.server.isUp) await house.server.up();
  });

  test("[OFF11] a reload keeps everything, also what the server has not confirmed", async () => {
    await shows(ann.page, "You play on without the server.");
    await ann.cell("Clap step 3").click();
    await ann.cell("Snare step 4").click();
    const before = await ann.inspect();
    await ann.page.reload();
    await shows(ann.page, "Blue Hour is open.");
    await ann.press("Join the jam");
    await shows(ann.page, waits(2));
    const after = await ann.inspect();
    expect(after.document.tracks).toEqual(before.document.tracks);
    expect(after.transport.tempo).toBe(97);
  }, 60_000);

  test("[OFL3] a page that was opened without its server is isolated, and plays alone", async () => {
    expect(await ann.page.evaluate(() => crossOriginIsolated)).toBe(true);
    await button(ann.page, "Play").click();
    await shows(ann.page, "Only you hear this: nobody else can be reached.");
    await ann.untilInspect("music", ({ engine }) => engine.scheduledUntil !== null);
  }, 60_000);

  test("[OFL4] the next page takes back what the one before had done", async () => {
    await ann.page.keyboard.press("Control+z");
    await ann.untilInspect("the snare of before", (state) => !stepsOf(state, "Snare").includes(3));
    expect(stepsOf(await ann.inspect(), "Clap")).toContain(2);
    await shows(ann.page, waits(3));
  }, 60_000);

  test("[OFF9] a listener's page without the server plays on, in the role of last time", async () => {
    await leave(listener);
    const heard = await JamPage.openIn(listener.context, inspected(room.listener));
    await heard.press("Listen");
    await shows(heard.page, "You play on without the server.");
    await expect(heard.dispatch({ type: "SWING_SET", swing: 60 })).rejects.toThrow("FORBIDDEN");
    await listener.context.close();
  }, 60_000);

  test("[OFL9] a link whose jam this browser does not have says so on one page", async () => {
    await stranger.page.getByRole("heading", { name: "The server is out of reach" }).waitFor();
    const ways = stranger.page.getByRole("button").or(stranger.page.getByRole("link"));
    expect(await ways.allInnerTexts()).toEqual(["Try again"]);
  }, 60_000);

  test("[OFF12] two people edit without the server, one over pages that were closed, and end in one document", async () => {
    await bo.cell("Kick step 8").click();
    await bo.cell("Clap step 3").click();
    await untilKept(ann, room.room, 3);
    await leave(ann);

    ann = await another(ann, room.performer);
    await shows(ann.page, waits(3));
    expect(stepsOf(await ann.inspect(), "Clap")).toContain(2);
    await ann.dispatch({ type: "TRACK_ADD", instrument: "tb303", name: "Deep" });
    await ann.cell("Snare step 2").click();
    await untilKept(ann, room.room, 5);
    await leave(ann);

    ann = await another(ann, room.performer);
    await shows(ann.page, waits(5));
    const [deep] = (await ann.inspect()).document.tracks.filter(({ name }) => name === "Deep");
    await ann.dispatch({ type: "NOTE_TOGGLE", track: deep?.id ?? 0, step: 5, pitch: 40 });
    // Undo knows what was made in this page and in the one before, also when it has come into the room.
    await ann.cell("Snare step 7").click();
    await house.server.up();
    const after = await untilAlike(ann, bo);
    expect(stepsOf(after, "Clap")).toContain(2);
    expect(stepsOf(after, "Kick")).toContain(7);
    expect(stepsOf(after, "Snare")).toEqual(expect.arrayContaining([1, 6]));
    expect(stepsOf(after, "Deep")).toEqual([5]);
    await shows(ann.page, "Saved");
    await untilKept(ann, room.room, 0);
    for (let press = 0; press < 3; press++) await ann.page.keyboard.press("Control+z");
    const back = await untilAlike(ann, bo);
    expect(stepsOf(back, "Snare")).not.toContain(6);
    expect(stepsOf(back, "Snare")).not.toContain(1);
    expect(stepsOf(back, "Deep")).toEqual([]);
  }, 90_000);

  test("[OFL8] the history says what was made offline", async () => {
    await bo.page.keyboard.press("h");
    const history = bo.page.getByRole("dialog", { name: "History" });
    await history
      .getByText(/made offline/)
      .first()
      .waitFor();
  }, 60_000);

  test("[OFL9] that link opens by itself when the server is back", async () => {
    await button(stranger.page, "Join the jam").waitFor();
  }, 60_000);

  test("[OFL3] a server that has another page hands it out, whatever the browser keeps", async () => {
    await withOtherPage(house.server, "A later Tutti", async () => {
      await stranger.page.reload();
      await shows(stranger.page, "A later Tutti");
    });
  }, 60_000);
});

test.each([
  ["arrived", "by a second tab"],
  ["was lost", "by the next page"],
])(
  "[OFF13] an edit that was sent and %s when its page crashed is there exactly once, %s",
  async (fate, by) => {
    const room = await createRoom(house.server.url, "relay");
    const bo = await playing(room.performer, "Bo");
    const ann = await playing(room.performer, "Ann");
    const second = by === "by a second tab" ? await another(ann, room.performer) : null;
    const actor = (await untilAlike(ann, bo)).self?.actor;
    await bo.page.evaluate(() => {
      const applied: number[] = [];
      Object.assign(window, { applied });
      window.tutti?.onApplied((delta) => applied.push(delta.actor));
    });
    const sent = (await ann.inspect()).counters.sent.datagrams;
    house.server.freeze(true);
    try {
      await ann.cell("Clap step 3").click();
      await ann.untilInspect("the edit to be sent", ({ counters }) => counters.sent.datagrams > sent);
      await untilKept(ann, room.room, 1);
      const devtools = await ann.context.newCDPSession(ann.page);
      const crashed = ann.page.waitForEvent("crash");
      // It never answers: the page is gone.
      void devtools.send("Page.crash").catch(() => undefined);
      await crashed;
      if (fate === "was lost") await house.server.down("SIGKILL");
    } finally {
      if (house.server.isUp) house.server.freeze(false);
      else await house.server.up();
    }
    await ann.page.close();
    const again = second ?? (await another(ann, room.performer));
    await again.untilInspect("the edit", (state) => stepsOf(state, "Clap").includes(2));
    const after = await untilAlike(again, bo);
    expect(stepsOf(after, "Clap")).toContain(2);
    const applied = await bo.page.evaluate(() => (window as unknown as { applied: number[] }).applied);
    // Where the server was lost too, its next snapshot may have brought it.
    expect(applied).toEqual(fate === "arrived" || applied.length > 0 ? [actor] : []);
    await untilKept(again, room.room, 0);
    for (const page of [ann, bo]) await page.context.close();
  },
  90_000,
);

test("[OFL2] of two tabs of one person the second takes over what the first has kept, beside its own", async () => {
  const room = await createRoom(house.server.url, "relay");
  const ann = await playing(room.performer, "Ann");
  const second = await another(ann, room.performer);
  await untilAlike(ann, second);
  await withoutServer(async () => {
    for (const step of [2, 3]) await second.cell(`Kick step ${step}`).click();
    await shows(second.page, waits(2));
    await ann.cell("Clap step 3").click();
    await untilKept(ann, room.room, 1);
    await leave(ann);
    await shows(second.page, waits(3));
    await untilKept(second, room.room, 3);
  });
  const after = await untilAlike(second);
  expect(stepsOf(after, "Kick")).toEqual(expect.arrayContaining([1, 2]));
  expect(stepsOf(after, "Clap")).toContain(2);
  await ann.context.close();
}, 90_000);

test("[OFF14] a page that has grown too old keeps its edits, says so, and they go out after the reload", async () => {
  const room = await createRoom(house.server.url, "relay");
  const ann = await guest(house, room.performer, "Ann", (context) =>
    context.addInitScript(() => {
      const Native = window.Worker;
      window.Worker = class extends Native {
        override postMessage(message: unknown, rest: StructuredSerializeOptions & Transferable[]) {
          const sent = message as { data?: unknown };
          const isOld = "tooOld" in window && typeof sent.data === "string";
          if (isOld) sent.data = (sent.data as string).replace('"major":1', '"major":0');
          super.postMessage(message, rest);
        }
      };
    }),
  );
  await ann.press("Join the jam");
  await ann.whenJamming();
  await withoutServer(async () => {
    await shows(ann.page, "You play on without the server.");
    for (const step of [2, 4, 7]) await ann.cell(`Kick step ${step}`).click();
    await ann.page.evaluate(() => Object.assign(window, { tooOld: true }));
  });
  await shows(ann.page, "3 edits are kept in this browser and go out after the reload.");
  await ann.press("Reload");
  await ann.press("Join the jam");
  await shows(ann.page, "Saved");
  const bo = await playing(room.performer, "Bo");
  expect(stepsOf(await untilAlike(ann, bo), "Kick")).toEqual(expect.arrayContaining([1, 3, 6]));
  for (const page of [ann, bo]) await page.context.close();
}, 90_000);
