/**
 * Hands on a grid. A press sets or clears a cell and a drag does the same to every cell it crosses,
 * all one entry of undo. A finger acts when it lifts, so that a page can still be scrolled; held on a
 * note it changes the note: up and down the loudness, left and right the length (with a mouse: Alt).
 */
import { useMemo } from "preact/hooks";
import { DYNAMICS, dynamic, longer, louder } from "./dynamics.ts";
import { type Stage, useStage } from "./stage.ts";

/** Milliseconds that a finger rests on a note before it takes hold of it. */
const HOLD = 350;
/** Pixels of travel for one dynamic, or half a step of length. */
const NOTCH = 18;
/** Pixels that a resting finger may stray. */
const STRAY = 8;

interface Place {
  readonly step: number;
  readonly pitch: number;
}

type Hand =
  | { readonly kind: "idle" }
  /** A finger is down and may yet scroll, tap, paint or hold. */
  | {
      readonly kind: "resting";
      readonly at: Place;
      readonly x: number;
      readonly y: number;
      readonly timer: number;
    }
  | { readonly kind: "painting"; readonly set: boolean; readonly velocity: number; readonly end: () => void }
  | {
      readonly kind: "holding";
      readonly at: Place;
      readonly x: number;
      readonly y: number;
      readonly velocity: number;
      readonly gate: number;
      readonly end: () => void;
    };

const IDLE: Hand = { kind: "idle" };

const placeOf = (element: Element | null): Place | null => {
  const button = element?.closest<HTMLElement>("[data-step]") ?? null;
  return button === null ? null : { step: Number(button.dataset.step), pitch: Number(button.dataset.pitch) };
};

class Painter {
  readonly #stage: Stage;
  readonly #track: number;
  #hand: Hand = IDLE;
  /** The click that follows a press which has been acted upon is not another press. */
  #acted = false;

  constructor(stage: Stage, track: number) {
    this.#stage = stage;
    this.#track = track;
  }

  get #session() {
    return this.#stage.session;
  }

  #cell(at: Place) {
    return this.#session.jam.cell(this.#track, at.step, at.pitch).peek();
  }

  #toggle(at: Place): void {
    const { velocity } = this.#cell(at);
    const done = this.#session.dispatch({ type: "NOTE_TOGGLE", track: this.#track, ...at });
    if (done.ok && velocity === 0) this.#sound(at, 100);
  }

  #set(at: Place, velocity: number, gate: number): void {
    const now = this.#cell(at);
    if (now.velocity === velocity && (velocity === 0 || now.gate === gate)) return;
    const { probability, ratchet } = now;
    const note = { ...at, velocity, gate, probability, ratchet };
    const done = this.#session.dispatch({ type: "NOTE_SET", track: this.#track, ...note });
    if (done.ok && velocity > 0) this.#sound(at, velocity);
  }

  /** While stopped, a note that is set is heard at once, by its setter alone. */
  #sound(at: Place, velocity: number): void {
    if (!this.#session.jam.playing.peek()) this.#session.player.audition(this.#track, at.pitch, velocity);
  }

  #paintFrom(at: Place): void {
    const end = this.#session.gesture();
    const { velocity } = this.#cell(at);
    this.#toggle(at);
    this.#hand = { kind: "painting", set: velocity === 0, velocity: DYNAMICS[3].velocity, end };
  }

  #hold(at: Place, x: number, y: number): void {
    const { velocity, gate } = this.#cell(at);
    if (velocity === 0) return;
    this.#acted = true;
    this.#hand = { kind: "holding", at, x, y, velocity, gate, end: this.#session.gesture() };
  }

  reshape(step: number, pitch: number, action: "louder" | "softer" | "longer" | "shorter"): void {
    const at = { step, pitch };
    const { velocity, gate } = this.#cell(at);
    if (velocity === 0 || this.#stage.readOnly.peek()) return;
    if (action === "louder" || action === "softer")
      this.#set(at, louder(velocity, action === "louder" ? 1 : -1), gate);
    else this.#set(at, velocity, longer(gate, action === "longer" ? 1 : -1));
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0 || this.#stage.readOnly.peek()) return;
    const at = placeOf(event.target as Element);
    if (at === null) return;
    this.#acted = false;
    const grid = event.currentTarget as HTMLElement;
    if (event.pointerType === "touch") {
      const { clientX: x, clientY: y } = event;
      const timer = window.setTimeout(() => this.#hold(at, x, y), HOLD);
      this.#hand = { kind: "resting", at, x, y, timer };
      grid.releasePointerCapture(event.pointerId);
      return;
    }
    if (event.altKey) this.#hold(at, event.clientX, event.clientY);
    else {
      this.#acted = true;
      this.#paintFrom(at);
    }
    grid.setPointerCapture(event.pointerId);
  }

  #move(event: PointerEvent): void {
    const hand = this.#hand;
    if (hand.kind === "idle") return;
    if (hand.kind === "holding") {
      const up = Math.round((hand.y - event.clientY) / NOTCH);
      const right = Math.round((event.clientX - hand.x) / NOTCH);
      const level = DYNAMICS.indexOf(dynamic(hand.velocity)) + up;
      const velocity = up === 0 ? hand.velocity : DYNAMICS[Math.max(0, Math.min(4, level))]?.velocity;
      let gate = hand.gate;
      for (let notch = 0; notch < Math.abs(right); notch++) gate = longer(gate, right > 0 ? 1 : -1);
      this.#set(hand.at, velocity ?? hand.velocity, gate);
      return;
    }
    const element = document.elementFromPoint(event.clientX, event.clientY);
    const under = (event.currentTarget as HTMLElement).contains(element) ? placeOf(element) : null;
    if (hand.kind === "resting") {
      if (Math.hypot(event.clientX - hand.x, event.clientY - hand.y) < STRAY) return;
      clearTimeout(hand.timer);
      if (under === null || (under.step === hand.at.step && under.pitch === hand.at.pitch)) return;
      this.#acted = true;
      this.#paintFrom(hand.at);
      return;
    }
    if (under !== null) this.#set(under, hand.set ? hand.velocity : 0, hand.set ? 1 : this.#cell(under).gate);
  }

  #up(): void {
    const hand = this.#hand;
    if (hand.kind === "resting") clearTimeout(hand.timer);
    else if (hand.kind !== "idle") hand.end();
    this.#hand = IDLE;
  }

  /** Keys, a tap and assistive technology come as a click without a press that was acted upon. */
  #click(event: MouseEvent): void {
    const at = placeOf(event.target as Element);
    const acted = this.#acted && event.detail !== 0;
    this.#acted = false;
    if (at === null || acted || this.#stage.readOnly.peek()) return;
    this.#toggle(at);
  }

  readonly handlers = {
    onPointerDown: (event: PointerEvent) => this.#down(event),
    onPointerMove: (event: PointerEvent) => this.#move(event),
    onPointerUp: () => this.#up(),
    onPointerCancel: () => this.#up(),
    onClick: (event: MouseEvent) => this.#click(event),
    onContextMenu: (event: Event) => event.preventDefault(),
  };
}

export function usePaint(track: number): Painter {
  const stage = useStage();
  return useMemo(() => new Painter(stage, track), [stage, track]);
}
