/** Computer keys, fingers and mouse of the panel for playing live: which pads they press, and what ends them. */
import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Track } from "#shared/music/model.ts";
import type { NotesView } from "../state/hands-view.ts";
import { louder } from "./dynamics.ts";
import { CODES, keyRows, type Pad, touchVelocity, TURNS } from "./play-keys.ts";
import { isTyping } from "./shortcuts.ts";
import type { Stage } from "./stage.ts";

const OCTAVES = 3;
export interface Panel {
  readonly stage: Stage;
  readonly notes: NotesView;
  readonly octave: Signal<number>;
  readonly velocity: Signal<number>;
  /** Why the last key did not sound. */
  readonly problem: Signal<string | null>;
}

export const openTrack = ({ session, open }: Stage): Track | undefined =>
  session.jam.tracks.peek().find(({ id }) => id === open.peek());

function press({ notes, problem, stage }: Panel, pad: Pad, velocity: number, at: number): void {
  if (!stage.readOnly.peek()) problem.value = notes.press(pad, velocity, at);
}

/** Keys that are down, by what holds them (a code, a pointer, a MIDI pitch), so that each ends what it began. */
export function useHeld(panel: Panel) {
  const held = useRef(new Map<string | number, Pad>()).current;
  return {
    down(by: string | number, pad: Pad, velocity: number, at: number): void {
      held.set(by, pad);
      press(panel, pad, velocity, at);
    },
    up(by: string | number, at: number): void {
      const pad = held.get(by);
      if (pad && held.delete(by)) panel.notes.release(pad, at);
    },
    at: (by: string | number): Pad | undefined => held.get(by),
    clear(): void {
      held.clear();
      panel.notes.letGo();
    },
  };
}

export type Held = ReturnType<typeof useHeld>;

const clampOctave = (octave: number): number => Math.max(-OCTAVES, Math.min(OCTAVES, octave));

export function turn({ octave, velocity }: Panel, what: (typeof TURNS)[string]): void {
  if (what === "down" || what === "up") octave.value = clampOctave(octave.peek() + (what === "up" ? 1 : -1));
  else velocity.value = louder(velocity.peek(), what === "louder" ? 1 : -1);
}

/** Shift R, everywhere where R alone is a note. */
const isRecordKey = (event: KeyboardEvent): boolean => event.code === "KeyR" && event.shiftKey;

export function useComputerKeys(panel: Panel, held: Held): void {
  const { stage, notes, octave } = panel;
  useEffect(() => {
    const padAt = (code: string): Pad | undefined => {
      const track = openTrack(stage);
      if (!track) return undefined;
      const { session } = stage;
      const rows = keyRows(track, session.jam.tracks.peek(), session.jam.scale.peek(), octave.peek());
      const [low, high] = [CODES.lower.indexOf(code as never), CODES.upper.indexOf(code as never)];
      return low >= 0 ? rows.lower[low] : rows.upper[high];
    };
    const act = (event: KeyboardEvent): boolean => {
      if (event.key === "Escape") {
        const isSilent = notes.sounding.peek().every(({ by }) => by !== null);
        held.clear();
        if (isSilent) stage.sheet.value = null;
        return true;
      }
      if (isRecordKey(event)) {
        if (!event.repeat) notes.setRecording(!notes.recording.peek());
        return true;
      }
      const what = TURNS[event.code];
      const pad = padAt(event.code);
      if (event.shiftKey || (!what && !pad)) return false;
      if (event.repeat) return true;
      if (what) turn(panel, what);
      else if (pad) held.down(event.code, pad, panel.velocity.peek(), event.timeStamp);
      return true;
    };
    const down = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target))
        return;
      if (act(event)) event.preventDefault();
    };
    const up = (event: KeyboardEvent): void => held.up(event.code, event.timeStamp);
    const away = (): void => held.clear();
    addEventListener("keydown", down, true);
    addEventListener("keyup", up, true);
    addEventListener("blur", away);
    document.addEventListener("visibilitychange", away);
    return () => {
      removeEventListener("keydown", down, true);
      removeEventListener("keyup", up, true);
      removeEventListener("blur", away);
      document.removeEventListener("visibilitychange", away);
      held.clear();
      notes.setRecording(false);
    };
    // reason: all of them live as long as the panel.
  }, []);
}

/** Fingers and mouse: as many pads at once as there are pointers, and a slide goes from pad to pad. */
export function usePointers(pads: readonly Pad[], held: Held) {
  const under = (event: PointerEvent): { pad: Pad; velocity: number } | null => {
    const key = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>("[data-key]");
    const pad = pads.find(({ track, pitch }) => key?.dataset.key === `${track}:${pitch}`);
    if (!key || !pad) return null;
    const box = key.getBoundingClientRect();
    return { pad, velocity: touchVelocity((event.clientY - box.top) / box.height) };
  };
  const name = (event: PointerEvent): string => `pointer:${event.pointerId}`;
  const end = (event: PointerEvent): void => held.up(name(event), event.timeStamp);
  return {
    onPointerDown: (event: PointerEvent) => {
      const at = under(event);
      if (!at || event.button !== 0) return;
      // The focus stays where it was, and a finger may slide off the pad that it began on.
      event.preventDefault();
      if (event.target instanceof Element && event.target.hasPointerCapture(event.pointerId))
        event.target.releasePointerCapture(event.pointerId);
      held.down(name(event), at.pad, at.velocity, event.timeStamp);
    },
    onPointerMove: (event: PointerEvent) => {
      const before = held.at(name(event));
      if (!before) return;
      const at = under(event);
      if (at && at.pad.track === before.track && at.pad.pitch === before.pitch) return;
      end(event);
      if (at) held.down(name(event), at.pad, at.velocity, event.timeStamp);
    },
    onPointerUp: end,
    onPointerCancel: end,
    onPointerLeave: end,
  };
}
