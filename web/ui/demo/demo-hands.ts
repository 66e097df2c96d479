/** Somebody's hand and a write of mine that lost, for looking at them on the screen. */
import { signal } from "@preact/signals";
import type { DelayChoice } from "#shared/live/playout-delay.ts";
import type { ChatLine } from "#shared/protocol/chat.ts";
import type { Approach, HandsView } from "../../state/hands-view.ts";
import type { ConflictNotice, ConflictsView, Wire } from "../../state/view.ts";

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

/** A room that knows where some hands are, and says to everybody what it is told. */
export function demoWire(near: readonly Approach[], said: readonly ChatLine[]): Wire {
  const lines: ChatLine[] = [...said];
  const listeners = new Set<Parameters<Wire["on"]>[0]>();
  const tell = (message: Parameters<Parameters<Wire["on"]>[0]>[0]): void => {
    setTimeout(() => {
      for (const listener of listeners) listener(message);
    });
  };
  return {
    on: (listener) => {
      listeners.add(listener);
      for (const { actor, at } of near) tell({ type: "presence", from: actor, at });
      return () => void listeners.delete(listener);
    },
    send: (message) => {
      if (message.type === "catchUp") tell({ type: "chat", lines, all: true });
      if (message.type !== "chat") return true;
      const line = { ...message, n: lines.length + 1, member: 1, name: "Ada", color: 0, time: 60_000 };
      lines.push(line);
      tell({ type: "chat", lines: [line] });
      return true;
    },
    welcome: () => ({ room: "demo", actor: 1, member: 1 }) as ReturnType<Wire["welcome"]>,
    roomNow: () => 60,
    author: (actor) => near.find((each) => each.actor === actor) ?? { name: "Ada", color: 0 },
    say: () => undefined,
  };
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
const nobody = signal(null);
const choice = signal<DelayChoice>({ kind: "automatic" });
export const NO_HANDS: HandsView = {
  at: () => nobody,
  move: () => false,
  letGo: () => {},
  delay: signal({
    choice,
    choose: (next: DelayChoice) => (choice.value = next),
    fixed: { min: 0.02, max: 0.4 },
    delay: 0.112,
    counts: { heard: 1_204, late: 3, dropped: 1, repeated: 0, refused: 0, missed: 4 },
  }),
  notes: signal(null),
  fit: () => {},
};
