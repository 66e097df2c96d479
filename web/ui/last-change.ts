/**
 * Who last changed what is under the pointer or has the focus, and when: one small sign for the whole
 * page. The pointer waits a moment for it, the keyboard does not, and Escape puts it away.
 */
import type { RoomEffect } from "#shared/music/effects.ts";
import type { Spot } from "../state/view.ts";
import { lastChangeWords } from "./words.ts";
import type { Stage } from "./stage.ts";
import { cellWords } from "./step-cell.tsx";
import styles from "./touch.module.css";

/** Milliseconds that a pointer rests before it is answered; between looks while the sign stands. */
const REST = 500;
const RENEW = 1_000;
const ID = "last-change";

/** What an element of the score shows; null for everything else. */
function spotOf(element: HTMLElement): Spot | null {
  const { step, pitch, param, field, effect } = element.dataset;
  if (field === "tempo") return { kind: "room", field: "transport" };
  if (field === "swing") return { kind: "room", field: "swing" };
  if (effect !== undefined) return { kind: "roomEffect", effect: effect as RoomEffect };
  const track = Number(element.closest<HTMLElement>("[data-track]")?.dataset.track ?? Number.NaN);
  if (Number.isNaN(track)) return null;
  if (param !== undefined) return { kind: "param", track, param };
  if (field === "volume" || field === "pan") return { kind: "field", track, field };
  return step === undefined ? null : { kind: "cell", track, step: Number(step), pitch: Number(pitch) };
}

const elementOf = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element
    ? target.closest<HTMLElement>("[data-step], [data-param], [data-field], [data-effect]")
    : null;

class Sign {
  readonly #stage: Stage;
  readonly #layer: HTMLElement;
  readonly #sign = document.createElement("div");
  #element: HTMLElement | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(stage: Stage, layer: HTMLElement) {
    this.#stage = stage;
    this.#layer = layer;
    this.#sign.id = ID;
    this.#sign.role = "tooltip";
    this.#sign.className = styles.sign ?? "";
  }

  aim(element: HTMLElement | null, waitMs: number): void {
    if (element === this.#element) return;
    this.hide();
    this.#element = element;
    if (element !== null) this.#timer = setTimeout(() => this.#show(), waitMs);
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.#sign.remove();
    if (this.#element?.getAttribute("aria-describedby") === ID)
      this.#element.removeAttribute("aria-describedby");
    this.#element = null;
  }

  #show(): void {
    const element = this.#element;
    const text = element?.isConnected ? this.#words(element) : null;
    if (element === null || text === null) {
      this.#sign.remove();
      return;
    }
    if (this.#sign.textContent !== text.words) this.#sign.textContent = text.words;
    this.#sign.dataset.c = text.color;
    if (!this.#sign.isConnected) this.#layer.append(this.#sign);
    element.setAttribute("aria-describedby", ID);
    const box = element.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.#sign;
    const left = Math.max(4, Math.min(innerWidth - width - 4, box.left + box.width / 2 - width / 2));
    const top = box.top - height - 4 < 4 ? box.bottom + 4 : box.top - height - 4;
    this.#sign.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    this.#timer = setTimeout(() => this.#show(), RENEW);
  }

  #words(element: HTMLElement): { words: string; color: string } | null {
    const { session } = this.#stage;
    const spot = spotOf(element);
    const change = spot && session.lastChange(spot);
    if (!change) return null;
    const cell =
      spot.kind === "cell" ? cellWords(session.jam.cell(spot.track, spot.step, spot.pitch).peek()) : [];
    return { words: [...cell, lastChangeWords(change)].join(", "), color: String(change.color) };
  }
}

/** Returns the end of it. */
export function signLastChanges(stage: Stage, layer: HTMLElement): () => void {
  const sign = new Sign(stage, layer);
  const over = (event: PointerEvent): void => {
    if (event.pointerType === "mouse" && event.buttons === 0) sign.aim(elementOf(event.target), REST);
  };
  const look = (target: EventTarget | null): void => {
    const element = elementOf(target);
    if (element?.matches(":focus-visible")) sign.aim(element, 0);
  };
  const focused = (event: FocusEvent): void => look(event.target);
  const hide = (): void => sign.hide();
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === "Escape") sign.hide();
  };
  addEventListener("pointerover", over, { passive: true });
  addEventListener("pointerdown", hide, { passive: true });
  addEventListener("focusin", focused);
  addEventListener("focusout", hide);
  addEventListener("keydown", pressed, true);
  addEventListener("scroll", hide, { passive: true, capture: true });
  // What has had the focus since before anybody listened.
  look(document.activeElement);
  return () => {
    hide();
    removeEventListener("pointerover", over);
    removeEventListener("pointerdown", hide);
    removeEventListener("focusin", focused);
    removeEventListener("focusout", hide);
    removeEventListener("keydown", pressed, true);
    removeEventListener("scroll", hide, true);
  };
}
