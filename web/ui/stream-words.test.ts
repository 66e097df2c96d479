import { expect, test } from "vitest";
import { MUSIC } from "../net/streams/opus.ts";
import type { MyInput, OtherStream } from "../state/streams-view.ts";
import type { Role } from "#shared/protocol/messages.ts";
import {
  arrivalWords,
  onAirWords,
  problemWords,
  processingWords,
  programmeWords,
  wirelessWords,
} from "./stream-words.ts";

const input: MyInput = { label: "Mic", headphones: true, talk: "always", isOpen: true, monitor: false };
const air = { mix: false, input: null, mixHasInput: false, quality: MUSIC };

test("[STR9] what leaves this page is said, all of it", () => {
  expect(onAirWords(air)).toBeNull();
  expect(onAirWords({ ...air, mix: true })).toBe("On air: your mix");
  expect(onAirWords({ ...air, input })).toBe("On air: your input");
  expect(onAirWords({ ...air, mix: true, input, mixHasInput: true })).toBe(
    "On air: your mix and your input (your input is in the mix too)",
  );
});

test("[PRG15] it is said whom the audience hears, and to who stands by that they do", () => {
  const person = (actor: number, role: Role, self = false) => ({
    actor,
    role,
    self,
    name: `P${actor}`,
    lost: false,
  });
  const people = [person(1, "leader", true), person(2, "performer"), person(3, "listener")];
  expect(programmeWords(null, people)).toBeNull();
  expect(programmeWords({ onAir: null, standBy: null }, people)).toBeNull();
  expect(programmeWords({ onAir: 1, standBy: 2 }, people)).toBe("You are on air for 1 listener.");
  const more = [...people, person(4, "listener")];
  expect(programmeWords({ onAir: 2, standBy: 1 }, more)).toBe("P2 is on air for 2 listeners. You stand by.");
  expect(programmeWords({ onAir: 2, standBy: null }, more)).toBe("P2 is on air for 2 listeners.");
});

test("how a stream arrives is said in figures, once it does", () => {
  const stream: OtherStream = {
    actor: 1,
    kind: "mix",
    name: "Ann",
    color: 0,
    flows: true,
    volume: 1,
    muted: false,
    steady: false,
    arrival: { bitrate: 255_600, loss: 0.0123, concealed: 0, delay: 0.0615 },
  };
  expect(arrivalWords(stream)).toBe("256 kb/s · 1.2 % lost · 62 ms");
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
