/**
 * MIDI in, where the browser has it: notes, their velocity and the sustain pedal of every input on any channel.
 * Like `platform.ts` it touches what exists only in a secure context; apart from it, since it is fetched when
 * somebody plays live.
 */

export interface MidiEvents {
  /** `at`: an instant of `performance.now()`, in ms. */
  press(pitch: number, velocity: number, at: number): void;
  release(pitch: number, at: number): void;
  /** The inputs that are there now, by name; `gone` was there before. */
  changed(names: readonly string[], gone: string | null): void;
}

/** The end of it, or why there is none: the browser has no MIDI, or was not allowed it. */
export type OpenMidi = (() => void) | "missing" | "refused";

const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const CONTROL = 0xb0;
const SUSTAIN = 64;

/**
 * One input's messages as presses and releases. A note that is let go while the pedal is down ends with the
 * pedal; a note-on of velocity 0 is a note-off (MIDI 1.0).
 */
export function midiReader(
  events: Pick<MidiEvents, "press" | "release">,
): (data: Uint8Array, at: number) => void {
  const sustained = new Set<number>();
  let isDown = false;
  return ([status = 0, first = 0, second = 0], at) => {
    const kind = status & 0xf0;
    if (kind === NOTE_ON && second > 0) {
      sustained.delete(first);
      events.press(first & 0x7f, second & 0x7f, at);
    } else if (kind === NOTE_ON || kind === NOTE_OFF) {
      if (isDown) sustained.add(first);
      else events.release(first & 0x7f, at);
    } else if (kind === CONTROL && first === SUSTAIN) {
      isDown = second >= 64;
      if (isDown) return;
      for (const pitch of sustained) events.release(pitch & 0x7f, at);
      sustained.clear();
    }
  };
}

/** To be called in the handler of a press: the browser asks for leave. */
export async function openMidi(events: MidiEvents): Promise<OpenMidi> {
  const { requestMIDIAccess } = navigator as Partial<Navigator>;
  if (!requestMIDIAccess) return "missing";
  let access: MIDIAccess;
  try {
    access = await requestMIDIAccess.call(navigator);
  } catch {
    return "refused";
  }
  let known = new Map<string, string>();
  const look = (): void => {
    const now = new Map<string, string>();
    for (const input of access.inputs.values()) {
      if (input.state === "disconnected") continue;
      now.set(input.id, input.name ?? "MIDI");
      if (known.has(input.id)) continue;
      const read = midiReader(events);
      input.onmidimessage = ({ data, timeStamp }) => {
        if (data) read(data, timeStamp);
      };
    }
    const gone = [...known].find(([id]) => !now.has(id))?.[1] ?? null;
    if (gone !== null || now.size !== known.size) events.changed([...now.values()], gone);
    known = now;
  };
  look();
  if (known.size === 0) events.changed([], null);
  access.onstatechange = look;
  return () => {
    access.onstatechange = null;
    for (const input of access.inputs.values()) input.onmidimessage = null;
  };
}
