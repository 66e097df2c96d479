/** The audience's page in real browsers: what is heard of a stream and of the jam itself, and what the page says. */
import { gzipSync } from "node:zlib";
import type { Response } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { ERRORS } from "#shared/protocol/errors.ts";
import { join as enterAs } from "../../signaling/test-client.ts";
import { DESK, Listener, PHONE } from "./support/audience.ts";
import { seriousFindings } from "./support/axe.ts";
import type { JamPage } from "./support/browser.ts";
import { guest, join, shows } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { listening } from "./support/machine.ts";
import { createRoom, type RoomLinks } from "./support/rooms.ts";
import { until } from "./support/until.ts";

const house = openHouse("--sfu-workers", "1");

/** Somebody who plays, in a room of that topology. */
async function band(topology: "sfu" | "relay"): Promise<{ room: RoomLinks; ann: JamPage }> {
  const room = await createRoom(house.server.url, topology);
  const ann = await guest(house, room.leader, "Ann");
  onTestFinished(() => ann.context.close());
  await join(ann);
  if (!(await ann.inspect()).transport.playing) await ann.dispatch({ type: "PLAYBACK_START" });
  return { room, ann };
}

async function listener(link: string, size: { width: number; height: number } = PHONE): Promise<Listener> {
  const opened = await Listener.open(house.browser, link, size);
  onTestFinished(() => opened.context.close());
  return opened;
}

/** Everything is there before the press. */
const untilReady = (eve: Listener) =>
  eve.untilInspect(
    "a paused stream",
    ({ connected, sections }) => connected && sections.some((each) => each.isReady),
  );

/** Nothing is sent to this browser any more: two looks find the same count. */
async function untilNothingComes(eve: Listener): Promise<void> {
  let before = -1;
  const quiet = async (): Promise<boolean> => {
    const { packets } = await eve.heardSound();
    const isSame = packets === before;
    before = packets;
    if (!isSame) await eve.page.waitForTimeout(300);
    return isSame;
  };
  await until(quiet, { what: "the packets to end", timeoutMs: 10_000 });
}

test(
  "[LST10] [LST7] a phone hears the stream by one press, renders by another, and goes back, never both",
  listening(120_000),
  async () => {
    const { room, ann } = await band("sfu");
    const eve = await listener(room.audience);
    await untilReady(eve);
    // Nothing is sent before somebody wants to hear it.
    expect((await eve.heardSound()).packets).toBe(0);
    await eve.press("Listen");
    await eve.untilHeard();
    const { heard, clock } = await eve.untilInspect("the heard instant", (state) => state.heard !== null);
    // The room's time is ahead of what is heard, by what a stream takes.
    expect((clock.roomTime ?? 0) - (heard?.roomTime ?? 0)).toBeGreaterThan(-0.05);
    expect((clock.roomTime ?? 0) - (heard?.roomTime ?? 0)).toBeLessThan(0.6);
    await shows(eve.page, "You hear the stream.");

    await eve.page.getByRole("radio", { name: "Render here" }).check();
    const rendering = await eve.untilInspect(
      "rendering",
      ({ engine, level }) => engine?.state === "running" && level > 0.01,
    );
    expect(rendering.mode).toBe("render");
    await shows(eve.page, "Your browser makes the sound.");
    await untilNothingComes(eve);

    await eve.page.getByRole("radio", { name: "Stream" }).check();
    await eve.untilHeard();
    const streaming = await eve.inspect();
    expect([streaming.mode, streaming.engine?.state]).toEqual(["stream", "off"]);

    // A sign of theirs reaches who plays.
    await eve.press("Bravo");
    const seen = ann.page.getByRole("status", { name: "Reactions" });
    await until(async () => (await seen.textContent())?.endsWith(": Bravo") === true, {
      what: "the reaction",
    });
    await until(async () => (await ann.page.locator("[data-crowd]").textContent()) === "1 person listens.", {
      what: "the crowd",
    });
    await eve.press("Stop");
    await untilNothingComes(eve);
    expect([...eve.errors, ...ann.errors]).toEqual([]);
  },
);

test(
  "[LST11] [LST5] without a broadcaster the page renders by itself, and says when nobody plays",
  listening(90_000),
  async () => {
    const { room, ann } = await band("relay");
    const eve = await listener(room.audience);
    await eve.press("Listen");
    await eve.untilInspect("rendering", ({ engine, level }) => engine?.state === "running" && level > 0.01);
    await shows(eve.page, "Nobody sends a stream, so your browser makes the sound.");
    await shows(eve.page, "Jam is playing.");
    await ann.dispatch({ type: "PLAYBACK_STOP" });
    await shows(eve.page, "Nobody is playing in Jam now.");
    await shows(eve.page, "You listen. It sounds as soon as somebody plays.");
    expect(eve.errors).toEqual([]);
  },
);

test(
  "[LST12] a listener that asks for a way to send is refused, and one that sends is sent away",
  listening(60_000),
  async () => {
    const room = await createRoom(house.server.url, "sfu");
    const rtpParameters = { codecs: [{ mimeType: "audio/opus" }] };
    const { client } = await enterAs(house.server.url, room.audience);
    client.send({ type: "sfu", id: 1, method: "createTransport", params: { direction: "send" } });
    expect((await client.text("sfuReply")).error).toBe("FORBIDDEN");
    client.send({
      type: "sfu",
      id: 2,
      method: "produce",
      params: { transportId: "t", kind: "programme", rtpParameters },
    });
    expect(await client.closed()).toBe(ERRORS.FORBIDDEN.close);
  },
);

test(
  "[LST13] what a listener of a stream fetches up to and including the sound is at most 60 kB compressed",
  listening(60_000),
  async () => {
    const { room } = await band("sfu");
    const context = await house.browser.newContext({ viewport: PHONE });
    onTestFinished(() => context.close());
    const responses: Response[] = [];
    context.on("response", (response) => responses.push(response));
    const page = await context.newPage();
    await page.goto(room.audience);
    await page.getByRole("button", { name: "Listen", exact: true }).click();
    await page.getByText("You hear the stream.", { exact: true }).waitFor();
    const paths = responses.map((response) => new URL(response.url()).pathname);
    // What comes with or after the sound begins with this file.
    const sound = paths.findIndex((path) => path.startsWith("/assets/late-"));
    expect(paths.length).toBeGreaterThan(2);
    const before = responses.slice(0, sound < 0 ? undefined : sound);
    const sizes = await Promise.all(before.map(async (response) => gzipSync(await response.body()).length));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    const fetched = `${bytes} bytes: ${before.map((response, i) => `${new URL(response.url()).pathname} ${sizes[i]}`).join(", ")}`;
    expect(bytes, fetched).toBeGreaterThan(40_000);
    expect(bytes, fetched).toBeLessThanOrEqual(60_000);
  },
);

test(
  "[LST14] the page is used by keys, and axe finds nothing on it, on a phone and on a desk, by night and by day",
  listening(120_000),
  async () => {
    const { room } = await band("sfu");
    for (const size of [PHONE, { width: 1024, height: 768 }, DESK]) {
      const eve = await listener(room.audience, size);
      await eve.page.getByRole("button", { name: "Listen", exact: true }).focus();
      for (const scheme of ["dark", "light"] as const) {
        await eve.page.emulateMedia({ colorScheme: scheme });
        expect(await seriousFindings(eve)).toEqual([]);
      }
      await eve.page.keyboard.press("Enter");
      await eve.untilInspect("sound", ({ hearing }) => hearing.isHeard);
      await eve.page.getByRole("button", { name: "Bravo", exact: true }).waitFor();
      expect(await seriousFindings(eve)).toEqual([]);
      await eve.page.getByRole("radio", { name: size === PHONE ? "Stream" : "Render here" }).focus();
      await eve.page.keyboard.press(size === PHONE ? "ArrowRight" : "ArrowLeft");
      const wish = size === PHONE ? "render" : "stream";
      await eve.untilInspect("the other mode", (state) => state.wish === wish && state.hearing.isHeard);
      await eve.context.close();
    }
  },
);

test("[LST5] a link that does not open says so, with one button that helps", listening(60_000), async () => {
  const { room } = await band("relay");
  const broken = await listener(`${room.audience.slice(0, -6)}abcdef`);
  await broken.page.getByRole("heading", { name: "This link does not open" }).waitFor();
  expect(await seriousFindings(broken)).toEqual([]);
  const nowhere = await listener(room.audience.replace(/#.*/, "#"));
  await nowhere.page.getByRole("heading", { name: "This link leads nowhere" }).waitFor();
});

test(
  "[LST8] when the server dies and comes back the stream is heard again, with no press",
  listening(120_000),
  async () => {
    const { room, ann } = await band("sfu");
    const eve = await listener(room.audience);
    await untilReady(eve);
    await eve.press("Listen");
    await eve.untilHeard();
    await house.server.down("SIGKILL");
    await eve.untilInspect("the server to be away", ({ online }) => !online);
    await house.server.up();
    await ann.untilInspect("Ann to be back", ({ self }) => self !== null);
    await eve.untilInspect("the server", ({ online }) => online);
    await eve.untilInspect(
      "the stream",
      ({ mode, sections }) => mode === "stream" && sections.some((each) => each.isFlowing),
      40_000,
    );
    await eve.untilHeard();
  },
);

test(
  "[LST3] [LST7] the page hears on when the leader chooses another broadcaster, and when that one's tab is killed",
  listening(120_000),
  async () => {
    const { room, ann } = await band("sfu");
    const bo = await guest(house, room.performer, "Bo");
    onTestFinished(() => bo.context.close());
    await join(bo);
    const eve = await listener(room.audience);
    const both = await eve.untilInspect(
      "both senders",
      ({ programme, sections }) =>
        typeof programme?.standBy === "number" && sections.filter((each) => each.isReady).length === 2,
      40_000,
    );
    await eve.press("Listen");
    await eve.untilHeard();
    const { client } = await enterAs(house.server.url, room.leader);
    const next = both.programme?.standBy ?? 0;
    client.send({ type: "control", id: 1, control: { type: "BROADCASTER", actor: next } });
    const planned = await eve.untilInspect("the other on air", ({ programme }) => programme?.onAir === next);
    expect(planned.programme?.at).toBeGreaterThan(planned.clock.roomTime ?? Number.POSITIVE_INFINITY);
    await eve.untilInspect("the switch to be over", ({ sections }) =>
      sections.some(({ actor, isFlowing, heard }) => actor === next && isFlowing && heard !== null),
    );
    await eve.untilHeard();
    const [own, other] = await Promise.all([ann, bo].map(async (jam) => (await jam.inspect()).self?.actor));
    const victim = own === next ? ann : bo;
    expect([own, other]).toContain(next);
    await victim.context.close();
    await eve.untilInspect("the one who is left", ({ programme, sections }) => {
      const left = victim === ann ? other : own;
      return (
        programme?.onAir === left && sections.some(({ actor, isFlowing }) => actor === left && isFlowing)
      );
    });
    await eve.untilHeard();
    expect((await eve.inspect()).mode).toBe("stream");
    expect(eve.errors).toEqual([]);
  },
);
