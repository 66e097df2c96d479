/**
 * What one page's screen knows besides the session: which part is open, what is unfolded, where the
 * cells stand in the page. One object a mounted app, handed down by context.
 */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import type { RoomEffect } from "#shared/music/effects.ts";
import { STEPS_PER_BAR, type Track } from "#shared/music/model.ts";
import { playingAt } from "#shared/music/turns.ts";
import type { SessionView } from "../state/view.ts";
import type { Follow } from "./follow.ts";
import { pageAt, pageCount } from "./geometry.ts";

export type Layout = "wide" | "medium" | "phone";
export type Sheet =
  | "share"
  | "room"
  | "profile"
  | "help"
  | "more"
  | "add"
  | "sync"
  | "history"
  | "scenes"
  | "conduct"
  | "play"
  | "chat"
  | "react"
  | "input"
  | null;

const WIDE = matchMedia("(min-width: 1280px)");
const PHONE = matchMedia("(max-width: 719px)");

function layoutNow(): Layout {
  if (PHONE.matches) return "phone";
  return WIDE.matches ? "wide" : "medium";
}

export class Stage {
  readonly session: SessionView;
  readonly layout = signal<Layout>(layoutNow());
  /** The sheet over the score; one at a time. */
  readonly sheet = signal<Sheet>(null);
  readonly drawer = signal(false);
  /** The open part shows its XY pad: beside the score in place of its knobs, on a phone in place of its steps. */
  readonly pad = signal(false);
  /** The cell that has, or last had, the focus: whose note the side shows. */
  readonly note = signal<{ readonly track: number; readonly step: number; readonly pitch: number } | null>(
    null,
  );
  /** Heard steps since the start, in whole sixteenths; -1 while nothing sounds. Told by the frame loop. */
  readonly step = signal(-1);
  /** The open part, or the first melodic one, or the first; null without parts. */
  readonly open: ReadonlySignal<number | null>;
  /** Nothing can be edited here: a listener, a page that has not joined yet, or a look at the past. */
  readonly readOnly: ReadonlySignal<boolean>;
  /** A moment of the past is shown in place of the present. */
  readonly isPast: ReadonlySignal<boolean>;
  /** Whose view is followed, and how; null before the code for it is here. */
  readonly follow = signal<Follow | null>(null);
  /** Nobody has led for a while. */
  readonly leaderAway = signal(false);
  /** Octaves by which a part's pitch grid stands higher. */
  readonly octaves = signal<Readonly<Record<number, number>>>({});

  readonly #chosen = signal<number | null>(null);
  readonly #pinned = signal<Readonly<Record<number, number>>>({});
  /** Places on the page by key, for pulses, inks and flags. */
  readonly #places = new Map<string, HTMLElement>();

  constructor(session: SessionView, isMelodic: (instrument: string) => boolean) {
    this.session = session;
    this.open = computed(() => {
      const tracks = session.jam.tracks.value;
      const chosen = tracks.find((track) => track.id === this.#chosen.value);
      const first = tracks.find((track) => isMelodic(track.instrument)) ?? tracks[0];
      return (chosen ?? first)?.id ?? null;
    });
    this.isPast = computed(() => (session.late.value?.history.preview.value ?? null) !== null);
    this.readOnly = computed(
      () =>
        session.role.value === "listener" ||
        session.entrance.phase.value.kind !== "jamming" ||
        this.isPast.value,
    );
  }

  /** Listens to the window's size. Returns the end of it. */
  watch(): () => void {
    const changed = (): void => {
      this.layout.value = layoutNow();
    };
    // It may have changed since this was made.
    changed();
    WIDE.addEventListener("change", changed);
    PHONE.addEventListener("change", changed);
    const closeDrawer = effect(() => {
      if (this.layout.value !== "medium") this.drawer.value = false;
    });
    return () => {
      WIDE.removeEventListener("change", changed);
      PHONE.removeEventListener("change", changed);
      closeDrawer();
    };
  }

  openPart(track: number): void {
    this.#chosen.value = track;
  }

  /** The page of a part that is drawn: the one it was pinned to, or the one that sounds. */
  pageOf(track: Track, size: number): number {
    const { length } = track.pattern;
    const pinned = this.#pinned.value[track.id];
    if (pinned !== undefined) return Math.min(pinned, pageCount(length, size) - 1);
    return length <= size ? 0 : soundingPage(track, size, Math.max(0, this.step.value));
  }

  isPinned(track: number): boolean {
    return this.#pinned.value[track] !== undefined;
  }

  /** Keeps a part on a page; null lets it follow the baton. */
  pin(track: number, index: number | null): void {
    const { [track]: _, ...others } = this.#pinned.value;
    this.#pinned.value = index === null ? others : { ...others, [track]: index };
  }

  shiftOctave(track: number, by: number): void {
    const now = this.octaves.value;
    this.octaves.value = { ...now, [track]: Math.max(-4, Math.min(4, (now[track] ?? 0) + by)) };
  }

  /** Remembers an element under a key; used as a ref. The latest one mounted stands. */
  place(key: string): (element: HTMLElement | null) => void {
    let mine: HTMLElement | null = null;
    return (element) => {
      if (element !== null) this.#places.set(key, element);
      else if (this.#places.get(key) === mine) this.#places.delete(key);
      mine = element;
    };
  }

  at(key: string): HTMLElement | undefined {
    return this.#places.get(key);
  }
}

/** The page of the pattern that is shown which sounds at a step; its first while the chain plays another pattern. */
export function soundingPage(track: Track, size: number, step: number): number {
  const { patternIndex, fromBar } = playingAt(track, Math.floor(step / STEPS_PER_BAR));
  return patternIndex === track.patternIndex
    ? pageAt(track.pattern.length, size, step - fromBar * STEPS_PER_BAR)
    : 0;
}

export const cellKey = (track: number, step: number, pitch: number): string =>
  `cell:${track}:${step}:${pitch}`;
export const stepKey = (track: number, step: number): string => `step:${track}:${step}`;
export const DRAWER_BUTTON = "drawer";
export const CHAIN_BUTTON = "chain";
export const LIVE_BUTTON = "live";
export const sceneKey = (scene: number): string => `scene:${scene}`;
export const headKey = (track: number): string => `head:${track}`;
export const paramKey = (track: number, param: string): string => `param:${track}:${param}`;

export const effectKey = (name: RoomEffect): string => `effect:${name}`;

export const StageContext = createContext<Stage | null>(null);

export function useStage(): Stage {
  const stage = useContext(StageContext);
  if (stage === null) throw new Error("a component of the jam is mounted outside of App");
  return stage;
}
