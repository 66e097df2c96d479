/**
 * Others' hands on my screen: a thin ring where each is, in its colour, with its name for a moment; a thicker one,
 * and the name all the while, where it holds a knob. In words it stands in the list of people.
 */
import { effect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Approach, PresenceView } from "../state/hands-view.ts";
import { elementAt, watchHand } from "./hands.ts";
import { isSeen } from "./sounding.ts";
import { type Stage, useStage } from "./stage.ts";
import { useLate } from "./use-late.ts";
import { whereWords } from "./where-words.ts";
import styles from "./touch.module.css";

/** How long a name stands at a place that a hand has come to, ms. */
const NAMED_MS = 1_200;

class Flags {
  readonly #layer: HTMLElement;
  /** By actor: the flag, and when it goes. */
  readonly #flags = new Map<
    number,
    { flag: HTMLElement; timer: ReturnType<typeof setTimeout> | undefined }
  >();
  /** Where each was last: `at` is another object with each word. */
  readonly #named = new Map<number, Approach["at"]>();

  constructor(layer: HTMLElement) {
    this.#layer = layer;
  }

  show(hands: readonly (Approach & { readonly element: HTMLElement | undefined })[]): void {
    for (const { actor, at, name, color, element } of hands) {
      const isNew = this.#named.get(actor) !== at;
      this.#named.set(actor, at);
      if (element === undefined || !isSeen(element)) this.#drop(actor);
      // What stays may stand elsewhere by now: another layout, another part that is open.
      else if (isNew || at.held === true)
        this.#name(actor, { name, color, element, stays: at.held === true });
    }
    const here = new Set(hands.map(({ actor }) => actor));
    for (const actor of this.#named.keys())
      if (!here.has(actor)) {
        this.#named.delete(actor);
        this.#drop(actor);
      }
  }

  clear(): void {
    for (const actor of this.#flags.keys()) this.#drop(actor);
  }

  #name(actor: number, who: { name: string; color: number; element: HTMLElement; stays: boolean }): void {
    this.#drop(actor);
    const flag = document.createElement("span");
    flag.className = styles.name ?? "";
    flag.dataset.c = String(who.color);
    flag.textContent = who.name;
    this.#layer.append(flag);
    const box = who.element.getBoundingClientRect();
    const above = box.top - flag.offsetHeight - 2;
    const left = Math.max(4, Math.min(innerWidth - flag.offsetWidth - 4, box.left));
    flag.style.transform = `translate(${Math.round(left)}px, ${Math.round(above < 4 ? box.bottom + 2 : above)}px)`;
    const timer = who.stays ? undefined : setTimeout(() => this.#drop(actor), NAMED_MS);
    this.#flags.set(actor, { flag, timer });
  }

  #drop(actor: number): void {
    const shown = this.#flags.get(actor);
    if (!shown) return;
    clearTimeout(shown.timer);
    shown.flag.remove();
    this.#flags.delete(actor);
  }
}

/** Marks the elements that others' hands are at, in their colours (`global.css`). Returns the end of it. */
function showHands(stage: Stage, presence: PresenceView, layer: HTMLElement): () => void {
  const flags = new Flags(layer);
  let marked: HTMLElement[] = [];
  const clear = (): void => {
    for (const element of marked) {
      delete element.dataset.near;
      delete element.dataset.held;
    }
    marked = [];
  };
  let frame = 0;
  const mark = (): void => {
    const hands = presence.others.peek().map((hand) => ({ ...hand, element: elementAt(stage, hand.at) }));
    clear();
    for (const { at, color, element } of hands) {
      if (element === undefined) continue;
      element.dataset.near = String(color % 8);
      if (at.held === true) element.dataset.held = "";
      marked.push(element);
    }
    flags.show(hands);
  };
  const end = effect(() => {
    void presence.others.value;
    // The places are others when another part or layout is shown: they are on the page one frame later.
    void stage.open.value;
    void stage.layout.value;
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(mark);
  });
  return () => {
    end();
    cancelAnimationFrame(frame);
    clear();
    flags.clear();
  };
}

/** Mine, told; theirs, shown. */
export function Hands() {
  const stage = useStage();
  const { presence } = useLate().company;
  const layer = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (layer.current === null) return undefined;
    const endShow = showHands(stage, presence, layer.current);
    const endWatch = watchHand(stage, presence);
    return () => {
      endShow();
      endWatch();
    };
  }, [stage, presence]);
  return <div ref={layer} class={styles.layer} aria-hidden="true" />;
}

/** Where somebody's hand is, in words, in place of what else is said of them. */
export function Where({ actor, children }: { actor: number; children: ComponentChildren }) {
  const { session } = useStage();
  const hand = useLate().company.presence.others.value.find((each) => each.actor === actor);
  return <>{hand === undefined ? children : whereWords(hand.at, session.jam.tracks.value)}</>;
}
