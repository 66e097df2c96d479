import { expect, test } from "vitest";
import { MUSIC } from "../net/streams/opus.ts";
import type { MyInput, OtherStream } from "../state/streams-view.ts";
import {
  arrivalWords,
  onAirWords,
  problemWords,
  processingWords,
  programmeWords,
  wirelessWords,
} from "./stream-words.ts";

const input: MyInput = { label: "Mic", headphones: true, talk: "always", isOpen: true, monitor: false };
const air = { mix: false, input: null, mixHasInput: false, parts: null, quality: MUSIC };

test("[STR9] what leaves this page is said, all of it", () => {
  expect(onAirWords(air)).toBeNull();
  expect(onAirWords({ ...air, mix: true })).toBe("On air: your mix");
  expect(onAirWords({ ...air, input })).toBe("On air: your input");
  expect(onAirWords({ ...air, mix: true, input, mixHasInput: true })).toBe(
    "On air: your mix and your input (your input is in the mix too)",
  );
});

test("[PRG15] it is said whom the audience hears, and to who stands by that they do", () => {
  const people = [
    { actor: 1, name: "Ann", self: true },
    { actor: 2, name: "Bo", self: false },
  ];
  expect(programmeWords(null, people, 1)).toBeNull();
  expect(programmeWords({ onAir: null, standBy: null }, people, 1)).toBeNull();
  expect(programmeWords({ onAir: 1, standBy: 2 }, people, 1)).toBe("You are on air for 1 listener.");
  expect(programmeWords({ onAir: 2, standBy: 1 }, people, 2)).toBe(
    "Bo is on air for 2 listeners. You stand by.",
  );
  expect(programmeWords({ onAir: 2, standBy: null }, people, 0)).toBe("Bo is on air for the audience.");
});

test("how a stream arrives is said in figures, once it does", () => {
  const stream: OtherStream = {
    actor: 1,
    kind: "mix",
    name: "Ann",
    color: 0,
    isParts: false,
    flows: true,
    volume: 1,
    muted: false,
    steady: false,
    arrival: { bitrate: 255_600, loss: 0.0123, concealed: 0, delay: 0.0615 },
    behind: null,
  };
  expect(arrivalWords(stream)).toBe("256 kb/s · 1.2 % lost · 62 ms");
  expect(arrivalWords({ ...stream, behind: { seconds: 0.0834, by: "capture" } })).toBe(
    "256 kb/s · 1.2 % lost · 83 ms behind you",
  );
  expect(arrivalWords({ ...stream, arrival: { ...stream.arrival, loss: 0, delay: null } })).toBe(
    "256 kb/s · 0 % lost",
  );
  expect(arrivalWords({ ...stream, flows: false })).toBe("waiting for it");
});

test("[STR10] Bluetooth is warned about where the device says so, and speakers are for one voice", () => {
  expect(wirelessWords("AirPods Pro")).toContain("Bluetooth");
  expect(wirelessWords("Scarlett 2i2 USB")).toBeNull();
  expect(processingWords(false, 2)).toContain("one channel");
  expect(processingWords(true, 2)).toContain("stereo");
  expect(problemWords("no-echo-cancellation")).toContain("headphones");
});
