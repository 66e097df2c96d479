/** What sounds and who touches, shown on the page past the renderer: pulses, inks, rings and flags. */
import { effect } from "@preact/signals";
import { BEATS_PER_BAR } from "#shared/music/model.ts";
import { playingAt } from "#shared/music/turns.ts";
import type { Touch } from "../state/view.ts";
import { isStill } from "./settings.ts";
import {
  cellKey,
  effectKey,
  CHAIN_BUTTON,
  headKey,
  paramKey,
  sceneKey,
  type Stage,
  stepKey,
} from "./stage.ts";
import styles from "./touch.module.css";

/** Bars by which the heard beat of a bar's first note may read as just before it. */
const ROUNDING = 0.001;
const PULSE: Keyframe[] = [
  { transform: "scale(1)" },
  { transform: "scale(1.14)" },
  { transform: "scale(1)" },
];

/** Of a cell its note swells, not its ground. */
function pulse(element: HTMLElement, isCell: boolean): void {
  const note = isCell ? { pseudoElement: "::before" } : {};
  element.animate(PULSE, { duration: 140, easing: "ease-out", ...note });
}

/** Whether what a part sounds at an instant stands in the pattern that it shows. */
function isShown({ session }: Stage, track: number, at: number): boolean {
  const part = session.jam.tracks.peek().find(({ id }) => id === track);
  if (part === undefined || part.turns.length === 0) return true;
  const bar = Math.floor(session.player.heard(at).beat / BEATS_PER_BAR + ROUNDING);
  return playingAt(part, bar).patternIndex === part.patternIndex;
}

/** Notes swell at the instant they are heard. Returns the end of it. */
export function pulseNotes(stage: Stage): () => void {
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const end = stage.session.player.onSounding(({ track, step, pitch, at }) => {
    if (document.hidden || isStill() || stage.isPast.peek() || !isShown(stage, track, at)) return;
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        const cell = stage.at(cellKey(track, step, pitch));
        const summary = stage.at(stepKey(track, step));
        if (cell !== undefined) pulse(cell, true);
        if (summary !== undefined) pulse(summary, false);
      },
      Math.max(0, at - performance.now()),
    );
    timers.add(timer);
  });
  return () => {
    end();
    for (const timer of timers) clearTimeout(timer);
  };
}

/** On the page, in sight and not covered. */
export const isSeen = (element: HTMLElement): boolean => {
  const box = element.getBoundingClientRect();
  if (box.width === 0) return false;
  const above = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return above !== null && (element.contains(above) || above.contains(element));
};

/** Where something is on the page: the cell itself, or what stands for it while it is out of sight. */
export function elementOf(stage: Stage, target: Touch["target"]): HTMLElement | undefined {
  return placesOf(stage, target).find((each) => each !== undefined && isSeen(each));
}

function placesOf(stage: Stage, target: Touch["target"]): (HTMLElement | undefined)[] {
  switch (target.kind) {
    case "cell":
      return [
        stage.at(cellKey(target.track, target.step, target.pitch)),
        stage.at(stepKey(target.track, target.step)),
        stage.at(headKey(target.track)),
      ];
    case "param":
      return [stage.at(paramKey(target.track, target.param)), stage.at(headKey(target.track))];
    case "roomEffect":
      return [stage.at(effectKey(target.effect))];
    case "track":
      return [stage.at(headKey(target.track))];
    case "scene":
      return [stage.at(sceneKey(target.scene)), stage.at(CHAIN_BUTTON)];
    case "chain":
      return [stage.at(CHAIN_BUTTON)];
    case "jam":
      return [];
    case "transport":
      return [
        stage.at(
          target.what === "started" || target.what === "stopped"
            ? "transport:play"
            : `transport:${target.what}`,
        ),
      ];
  }
}

/** What the flag says: the name, and of the transport also the deed. */
export function flagText({ name, target }: Touch): string {
  return target.kind === "transport" && (target.what === "started" || target.what === "stopped")
    ? `${name} ${target.what}`
    : name;
}

function show(layer: HTMLElement, element: HTMLElement, touch: Touch): void {
  const box = element.getBoundingClientRect();
  const ring = document.createElement("div");
  ring.className = styles.ring ?? "";
  ring.dataset.c = String(touch.color);
  ring.style.cssText = `left:${box.left}px;top:${box.top}px;width:${box.width}px;height:${box.height}px`;
  const flag = document.createElement("span");
  flag.textContent = flagText(touch);
  flag.className = box.top < 28 ? (styles.below ?? "") : "";
  ring.append(flag);
  layer.append(ring);
  if (box.left + flag.offsetWidth > innerWidth - 8) flag.style.cssText = "left:auto;right:-2px";
  if (touch.target.kind === "cell" && !isStill())
    element.animate([{ clipPath: "circle(0)" }, { clipPath: "circle(75%)" }], {
      duration: 160,
      easing: "ease-out",
      pseudoElement: "::before",
    });
  const fade = ring.animate([{ opacity: 1 }, { opacity: 1, offset: 0.8 }, { opacity: 0 }], {
    duration: 1_200,
  });
  fade.finished.then(
    () => ring.remove(),
    () => ring.remove(),
  );
}

/** Signs another's touch with a ring and a flag for 1.2 s. Returns the end of it. */
export function signTouches(stage: Stage, layer: HTMLElement): () => void {
  let last = -1;
  const end = effect(() => {
    const touch = stage.session.notices.touch.value;
    if (touch === null || touch.id === last) return;
    last = touch.id;
    // What is shown is not what was touched.
    if (stage.isPast.peek()) return;
    // A cell that is new with this edit is on the page one frame later.
    requestAnimationFrame(() => {
      const element = elementOf(stage, touch.target);
      if (element !== undefined && layer.isConnected) show(layer, element, touch);
    });
  });
  return end;
}
