import { afterEach, expect, test, vi } from "vitest";
import { type MidiEvents, midiReader, openMidi } from "./midi.ts";

/** What was meant, as one line each. */
function listener() {
  const told: string[] = [];
  const events: MidiEvents = {
    press: (pitch, velocity) => told.push(`+${pitch} ${velocity}`),
    release: (pitch) => told.push(`-${pitch}`),
    changed: (names, gone) => told.push(`${names.join(",")}|${gone ?? ""}`),
  };
  return { told, events };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test("[PLY11] notes of any channel are presses and releases; a note-on of velocity 0 is a release", () => {
  const { told, events } = listener();
  const read = midiReader(events);
  for (const bytes of [[0x90, 60, 90], [0x9f, 64, 1], [0x80, 60, 0], [0x9f, 64, 0], [0xe0, 1, 2], [0xf8], []])
    read(Uint8Array.from(bytes), 0);
  expect(told).toEqual(["+60 90", "+64 1", "-60", "-64"]);
});

test("[PLY11] what is let go while the pedal is down ends with the pedal, once", () => {
  const { told, events } = listener();
  const read = midiReader(events);
  const deeds = [
    [0xb0, 64, 127],
    [0x90, 60, 90],
    [0x80, 60, 0],
    [0x90, 62, 90],
    [0x80, 62, 0],
    [0x90, 60, 70],
    [0xb0, 64, 0],
    [0xb0, 64, 0],
    [0x80, 60, 0],
  ];
  for (const bytes of deeds) read(Uint8Array.from(bytes), 0);
  expect(told).toEqual(["+60 90", "+62 90", "+60 70", "-62", "-60"]);
});

test("[PLY11] a browser without MIDI, or that does not allow it, says so", async () => {
  const { events } = listener();
  vi.stubGlobal("navigator", {});
  expect(await openMidi(events)).toBe("missing");
  vi.stubGlobal("navigator", { requestMIDIAccess: () => Promise.reject(new Error("no")) });
  expect(await openMidi(events)).toBe("refused");
});

test("[PLY11] inputs come and go by name, and are heard while they are there", async () => {
  const { told, events } = listener();
  const input = (id: string, name: string) => ({
    id,
    name,
    state: "connected",
    onmidimessage: null as ((event: { data: Uint8Array; timeStamp: number }) => void) | null,
  });
  const [keys, pads] = [input("1", "Keys"), input("2", "Pads")];
  const access = { inputs: new Map([["1", keys]]), onstatechange: null as (() => void) | null };
  vi.stubGlobal("navigator", { requestMIDIAccess: () => Promise.resolve(access) });
  const end = await openMidi(events);
  access.inputs.set("2", pads);
  access.onstatechange?.();
  pads.onmidimessage?.({ data: Uint8Array.of(0x90, 60, 90), timeStamp: 5 });
  access.inputs.delete("1");
  access.onstatechange?.();
  if (typeof end === "function") end();
  expect(told).toEqual(["Keys|", "Keys,Pads|", "+60 90", "Pads|Keys"]);
  expect(pads.onmidimessage).toBeNull();
});
