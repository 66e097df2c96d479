/** Sound from one real browser to another, in a mesh and over the SFU: what is heard there, and what is not. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { join as enterAs } from "../../signaling/test-client.ts";
import { onsets } from "./onsets.ts";
import { seriousFindings } from "./support/axe.ts";
import { type JamPage, launch } from "./support/browser.ts";
import { join as come, guest } from "./support/guests.ts";
import { openHouse } from "./support/house.ts";
import { onlyKick } from "./support/kick.ts";
import { listening } from "./support/machine.ts";
import { createRoom } from "./support/rooms.ts";
import { heardTone, inbound, watchConnections } from "./support/streams.ts";
import { until } from "./support/until.ts";

/** Of the tone that the input of every page here is, Hz. */
const INPUT_TONE = 1_000;
const folder = mkdtempSync(join(tmpdir(), "tutti-input-"));

/** A second of a tone, which the browser repeats. */
function writeTone(path: string): void {
  const rate = 48_000;
  const bytes = Buffer.alloc(44 + rate * 2);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(36 + rate * 2, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(rate * 2, 40);
  for (let i = 0; i < rate; i++)
    bytes.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * INPUT_TONE * i) / rate)), 44 + 2 * i);
  writeFileSync(path, bytes);
}

// On the SFU whoever comes second is on the second worker, and sound goes by a pipe.
const house = openHouse("--sfu-workers", "2", "--consumers-per-router", "1");
let browser: Browser;
beforeAll(async () => {
  const tone = join(folder, "tone.wav");
  writeTone(tone);
  browser = await launch(
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    `--use-file-for-fake-audio-capture=${tone}`,
  );
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

type Rung = "mesh" | "sfu";

async function two(rung: Rung, ...roles: ("leader" | "performer")[]): Promise<[JamPage, JamPage]> {
  const room = await createRoom(house.server.url, rung);
  const links = [room[roles[0] ?? "performer"], room[roles[1] ?? "performer"]];
  const names = ["Ann", "Bo"];
  const pages = await Promise.all(
    names.map((name, i) => guest({ ...house, browser }, links[i] ?? room.performer, name, watchConnections)),
  );
  for (const { context } of pages) onTestFinished(() => context.close());
  await come(...pages);
  for (const jam of pages) {
    await jam.untilInspect(`the ${rung}`, ({ peers }) => peers.some((peer) => peer.link === rung), 30_000);
    await jam.page.getByRole("button", { name: "Send my mix", exact: true }).waitFor();
  }
  return pages as [JamPage, JamPage];
}

const FREQUENCY = 220;

/** Leaves one tone, on the left. */
async function onlyTone(jam: JamPage): Promise<void> {
  const { tracks } = (await jam.inspect()).document;
  const bass = tracks.find(({ name }) => name === "Bass")?.id ?? 0;
  for (const { id } of tracks)
    if (id !== bass) await jam.dispatch({ type: "TRACK_SET", track: id, muted: true });
  await jam.dispatch({ type: "TRACK_SET", track: bass, instrument: "saw", pan: -1 });
  const note = { step: 0, pitch: 57, velocity: 120, gate: 15.9, probability: 1, ratchet: 1 };
  await jam.dispatch({ type: "PATTERN_UPDATE", track: bass, length: 16, notes: [note] });
  await jam.dispatch({ type: "TEMPO_SET", tempo: 40 });
}

const status = (jam: JamPage, name: string) =>
  jam.page.getByRole("region", { name, exact: true }).getByRole("status");

const expectNoErrors = (...pages: readonly JamPage[]): void => {
  for (const { errors } of pages) expect(errors).toEqual([]);
};

test.each(["mesh", "sfu"] as const)(
  "[STR11] over the %s somebody's mix is heard in place of mine, in stereo, and both ways back",
  listening(90_000),
  async (rung) => {
    const [ann, bo] = await two(rung);
    await onlyTone(ann);
    if (!(await ann.inspect()).transport.playing) await ann.dispatch({ type: "PLAYBACK_START" });
    // Within the note, which lasts a bar of six seconds.
    const inNote = () =>
      bo.untilInspect("the note", ({ transport }) => {
        const phase = ((transport.beat % 4) + 4) % 4;
        return transport.playing && transport.beat > 4 && phase > 0.3 && phase < 2.2;
      });
    await ann.press("Send my mix");
    expect(await status(ann, "On air").textContent()).toBe("On air: your mix");
    expect(await ann.page.title()).toMatch(/^● On air/);
    // Nobody asks: nothing travels.
    expect((await inbound(bo)).filter(({ packets }) => packets > 0)).toEqual([]);

    await bo.press("Hear what Ann hears");
    await until(async () => (await status(bo, "Whose mix you hear").textContent()) === "Ann's ears", {
      what: "Ann's ears",
    });
    await inNote();
    const { rms, tone } = await heardTone(bo, FREQUENCY);
    expect(rms[0]).toBeGreaterThan(0.01);
    expect(tone[0]).toBeGreaterThan(0.01);
    // Hard left stays left: 30 dB at the least.
    expect(rms[1]).toBeLessThan(rms[0] / 30);
    const received = (await inbound(bo)).filter(({ packets }) => packets > 0);
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({ mimeType: "audio/opus", channels: 2 });
    expect(received[0]?.format).toContain("stereo=1");

    await bo.page.keyboard.press("Escape");
    await until(async () => (await status(bo, "Whose mix you hear").textContent()) === "", {
      what: "my own ears",
    });
    await inNote();
    expect((await heardTone(bo, FREQUENCY)).rms[0]).toBeGreaterThan(0.01);
    expectNoErrors(ann, bo);
  },
);

test.each(["mesh", "sfu"] as const)(
  "[STR12] over the %s a mix and my own rendering never sound together, also when the mix stops",
  listening(90_000),
  async (rung) => {
    const [ann, bo] = await two(rung);
    await onlyKick(ann);
    await ann.dispatch({ type: "TEMPO_SET", tempo: 90 });
    if (!(await ann.inspect()).transport.playing) await ann.dispatch({ type: "PLAYBACK_START" });
    await ann.press("Send my mix");
    await bo.press("Hear what Ann hears");
    await until(async () => (await status(bo, "Whose mix you hear").textContent()) === "Ann's ears", {
      what: "Ann's ears",
    });
    const both = await bo.page.evaluate(async () => {
      const [mine, room] = await Promise.all([
        window.tutti!.tap(4, "myMix"),
        window.tutti!.tap(4, "roomMix"),
      ]);
      return [mine, room].map(({ channels, sampleRate, contextTime }) => ({
        samples: [...(channels[0] ?? [])],
        sampleRate,
        contextTime,
      }));
    });
    const [heard, rendered] = both.map(({ samples, sampleRate, contextTime }) =>
      onsets(Float32Array.from(samples), sampleRate)
        // What rings when a recording begins rises out of nothing.
        .filter((at) => at > 0.01)
        .map((at) => at + contextTime),
    ) as [number[], number[]];
    // Six beats in four seconds: as many are heard as are rendered, each of them late by the way it came.
    expect(rendered.length).toBeGreaterThanOrEqual(5);
    expect(Math.abs(heard.length - rendered.length)).toBeLessThanOrEqual(1);
    // If both sounded, that were all. One may be chance: what a jitter buffer squeezes can look like an onset.
    const doubled = rendered.filter((own) => heard.some((at) => Math.abs(at - own) < 0.01));
    expect(doubled.length, `${heard.join(" ")} | ${rendered.join(" ")}`).toBeLessThanOrEqual(1);

    await ann.press("Stop your mix");
    await until(async () => (await status(bo, "Whose mix you hear").textContent()) === "", {
      what: "my own ears",
    });
    await bo.page.getByText("Ann's mix has stopped: you hear your own sound.").first().waitFor();
    const { rms } = await heardTone(bo, 60, 1.5);
    expect(rms[0]).toBeGreaterThan(0.01);
    expect(await ann.page.title()).not.toContain("On air");
    expectNoErrors(ann, bo);
  },
);

/** Goes live with the browser's tone, as with headphones. */
async function goLive(jam: JamPage): Promise<void> {
  await jam.press("Go live with an input");
  const dialog = jam.page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "Headphones" }).check();
  await dialog.getByRole("button", { name: "Go live", exact: true }).click();
}

test.each(["mesh", "sfu"] as const)(
  "[STR13] over the %s an input is added to what the others hear, and a leader takes it off",
  listening(90_000),
  async (rung) => {
    const [ann, bo] = await two(rung, "performer", "leader");
    await goLive(ann);
    expect(await status(ann, "On air").textContent()).toBe("On air: your input");
    await until(async () => (await heardTone(bo, INPUT_TONE, 0.3)).tone[0] > 0.05, {
      what: "Ann's input in Bo's ears",
    });
    expect(await seriousFindings(bo, "aside")).toEqual([]);
    expect(await seriousFindings(ann, "section[aria-label='On air']")).toEqual([]);
    // I hear my own only where I ask for it.
    expect((await heardTone(ann, INPUT_TONE, 0.3)).tone[0]).toBeLessThan(0.005);
    const figures = bo.page.locator("[data-stream=input] [data-arrival]");
    await until(async () => /\d+ kb\/s · .* lost · \d+ ms/.test((await figures.textContent()) ?? ""), {
      what: "how it arrives",
    });
    await bo.page.getByRole("button", { name: "Mute Ann's input for me" }).click();
    await until(async () => (await heardTone(bo, INPUT_TONE, 0.3)).tone[0] < 0.005, { what: "silence" });
    await bo.page.getByRole("button", { name: "Mute Ann's input for me" }).click();
    await until(async () => (await heardTone(bo, INPUT_TONE, 0.3)).tone[0] > 0.05, { what: "it again" });

    await bo.press("Mute for all: Ann's input");
    await until(async () => (await status(ann, "On air").textContent()) === "", { what: "off the air" });
    await ann.page.getByText("A leader has muted your input. You can go live again.").first().waitFor();
    await until(async () => (await heardTone(bo, INPUT_TONE, 0.3)).tone[0] < 0.005, { what: "silence" });
    // Its owner alone puts it on again.
    await goLive(ann);
    await until(async () => (await heardTone(bo, INPUT_TONE, 0.3)).tone[0] > 0.05, { what: "it again" });
    expectNoErrors(ann, bo);
  },
);

test(
  "[STR16] an input that is lost is said to be, is off the air, and no other takes its place",
  listening(60_000),
  async () => {
    const [ann, bo] = await two("mesh");
    await goLive(ann);
    await until(async () => (await heardTone(bo, INPUT_TONE, 0.3)).tone[0] > 0.05, { what: "Ann's input" });
    const opened = await ann.page.evaluate(() => {
      const track = window.inputs?.at(-1);
      // As the browser does when a device is unplugged.
      track?.stop();
      track?.dispatchEvent(new Event("ended"));
      return { count: window.inputs?.length, device: track?.getSettings().deviceId };
    });
    expect(opened.device).not.toBe("default");
    await ann.page
      .getByText(/^Your input .* is gone\. You are off the air with it\.$/)
      .first()
      .waitFor();
    expect(await status(ann, "On air").textContent()).toBe("");
    await until(async () => (await heardTone(bo, INPUT_TONE, 0.3)).tone[0] < 0.005, { what: "silence" });
    expect(await ann.page.evaluate(() => window.inputs?.length)).toBe(opened.count);
    expectNoErrors(ann, bo);
  },
);

test(
  "[STR18] a worker of the SFU that dies takes the sound along, and it comes back by itself",
  listening(90_000),
  async () => {
    const [ann, bo] = await two("sfu");
    await goLive(ann);
    await ann.press("Send my mix");
    await bo.press("Hear what Ann hears");
    await until(async () => (await status(bo, "Whose mix you hear").textContent()) === "Ann's ears", {
      what: "Ann's ears",
    });
    await until(async () => (await heardTone(bo, INPUT_TONE, 0.3)).tone[0] > 0.05, { what: "Ann's input" });
    const [worker] = execFileSync("pgrep", ["-P", String(house.server.pid), "-f", "mediasoup"], {
      encoding: "utf8",
    })
      .trim()
      .split("\n");
    process.kill(Number(worker), "SIGKILL");
    // Whoever was in somebody's ears hears their own sound until they ask again.
    await until(async () => (await status(bo, "Whose mix you hear").textContent()) === "", {
      what: "my own ears",
    });
    await until(async () => (await heardTone(bo, INPUT_TONE, 0.3)).tone[0] > 0.05, {
      what: "Ann's input again",
      timeoutMs: 30_000,
    });
    await bo.press("Hear what Ann hears");
    await until(async () => (await status(bo, "Whose mix you hear").textContent()) === "Ann's ears", {
      what: "Ann's ears again",
    });
  },
);

test(
  "[STR15] the fifth performer brings the room to the SFU, and the stream follows while edits go on",
  listening(120_000),
  async () => {
    const room = await createRoom(house.server.url, "auto");
    const [ann, bo] = (await Promise.all(
      ["Ann", "Bo"].map((name) => guest({ ...house, browser }, room.performer, name, watchConnections)),
    )) as [JamPage, JamPage];
    for (const { context } of [ann, bo]) onTestFinished(() => context.close());
    await come(ann, bo);
    const onRung = (rung: Rung) =>
      Promise.all(
        [ann, bo].map((jam) =>
          jam.untilInspect(`the ${rung}`, ({ peers }) => peers.some(({ link }) => link === rung), 40_000),
        ),
      );
    await onRung("mesh");
    await goLive(ann);
    await until(async () => (await heardTone(bo, INPUT_TONE, 0.3)).tone[0] > 0.05, { what: "Ann's input" });
    const lane = (await ann.inspect()).document.tracks[0]?.id ?? 0;
    let edits = 0;
    const edit = async (): Promise<void> => {
      await ann.dispatch({ type: "NOTE_TOGGLE", track: lane, step: edits % 16, pitch: 36 + edits });
      edits += 1;
    };
    const over = new AbortController();
    const editing = (async () => {
      while (!over.signal.aborted) {
        await edit();
        await ann.page.waitForTimeout(100);
      }
    })();
    const others = [];
    for (let i = 0; i < 3; i++) others.push(await enterAs(house.server.url, room.performer));
    await onRung("sfu");
    // It came from a browser, and comes from the SFU now: one stream, and the one before has ended.
    await until(
      async () => {
        const streams = (await inbound(bo)).filter(({ packets }) => packets > 0);
        const [made] = await ann.page.evaluate(async () => {
          const found: number[] = [];
          for (const connection of window.connections ?? []) {
            if (connection.connectionState !== "connected") continue;
            const sends = connection.getSenders().filter(({ track }) => track?.kind === "audio").length;
            if (sends > 0) found.push(sends);
          }
          return found;
        });
        return streams.length === 1 && made === 1;
      },
      { what: "the stream on the SFU alone", timeoutMs: 20_000 },
    );
    expect((await heardTone(bo, INPUT_TONE, 0.5)).tone[0]).toBeGreaterThan(0.05);
    over.abort();
    await editing;
    const { digest } = (await ann.inspect()).document;
    await bo.untilInspect("every edit", ({ document }) => document.digest === digest);
    for (const { client } of others) client.socket.close();
    expectNoErrors(ann, bo);
  },
);
