/** Somebody's hand and a write of mine that lost, for looking at them on the screen. */
import { signal } from "@preact/signals";
import type { Approach, ConflictNotice, ConflictsView, HandsView, PresenceView } from "../../state/view.ts";

export class DemoConflicts implements ConflictsView {
  readonly list = signal<readonly ConflictNotice[]>([]);

  constructor(list: readonly ConflictNotice[]) {
    this.list.value = list;
  }

  readonly dismiss = (id: number): void => {
    this.list.value = this.list.peek().filter((each) => each.id !== id);
  };
  readonly takeBack = this.dismiss;
  hold(): void {}
}

export class DemoPresence implements PresenceView {
  readonly others = signal<readonly Approach[]>([]);

  constructor(others: readonly Approach[]) {
    this.others.value = others;
  }

  move(): void {}
}

const VIOLA = { name: "Viola", color: 3 } as const;

export const LOST: readonly ConflictNotice[] = [
  {
    ...VIOLA,
    id: 1,
    sentence: "Viola cleared step 5 in Kick.",
    target: { kind: "cell", track: 1, step: 4, pitch: 36 },
  },
  {
    name: "Harp",
    color: 7,
    id: 2,
    sentence: "Harp set the tempo to 124.",
    target: { kind: "transport", what: "tempo" },
  },
];

export const NEAR: readonly Approach[] = [
  { ...VIOLA, actor: 2, at: { track: 2, step: 9, pitch: 38 } },
  { name: "Ben", color: 4, actor: 3, at: { track: 7, param: "cutoff" } },
];

/** Nobody's hand moves anything here: a knob writes edits. */
export const NO_HANDS: HandsView = {
  at: () => signal(null),
  move: () => false,
  letGo: () => {},
  notes: signal(null),
  fit: () => {},
};
