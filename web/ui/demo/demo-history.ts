/** A past that nobody had, for looking at its panel and its banner. */
import { signal } from "@preact/signals";
import type { HistoryEdit, HistoryPage, HistoryView, Preview } from "../../state/history-view.ts";

export interface DemoHistoryOptions {
  readonly looking?: boolean;
  readonly empty?: boolean;
  readonly problem?: HistoryPage["problem"];
}

const DEEDS = [
  "set C4 at step 5 in Bass",
  "replaced the pattern of Kick",
  "set the tempo to 124",
  "set Cutoff of Bass to 1.66 kHz and set Resonance of Bass to 0.75",
  "cleared 7 notes in Closed hat",
  "added Pad",
  "started the jam",
  "set the volume of Lead to 72 %",
] as const;
const PEOPLE = [
  { name: "You", color: 0 },
  { name: "Viola", color: 3 },
  { name: "Ben", color: 4 },
  { name: "Harp of the long name", color: 7 },
] as const;

function edit(index: number, now: number): HistoryEdit {
  const person = PEOPLE[(index * 5) % PEOPLE.length] ?? PEOPLE[0];
  return {
    n: 1_000 - index,
    ...person,
    what: DEEDS[(index * 3) % DEEDS.length] ?? DEEDS[0],
    when: now - index * 47_000 - (index > 30 ? 90_000_000 : 0),
    bar: index % 6 === 4 ? null : 200 - index * 3,
    isLate: index === 3,
    via: index === 6 ? "Ben" : null,
  };
}

export class DemoHistory implements HistoryView {
  readonly page;
  readonly preview = signal<Preview | null>(null);

  constructor({ looking = false, empty = false, problem = null }: DemoHistoryOptions = {}) {
    const now = Date.now();
    const edits = empty || problem ? [] : Array.from({ length: 40 }, (_, index) => edit(index, now));
    this.page = signal<HistoryPage>({
      state: problem ? "failed" : "ready",
      problem,
      edits,
      moments: empty || problem ? [] : [{ n: 7, when: now - 400_000_000 }],
      more: false,
      since: problem ? null : now - 500_000_000,
    });
    if (looking) this.look(990);
  }

  open(): void {}
  close(): void {}
  loadMore(): void {}
  readonly look = (n: number): void => {
    const at = this.page.peek().edits.find((each) => each.n === n);
    if (at) this.preview.value = { n, when: at.when, bar: at.bar, state: "shown" };
  };
  readonly back = (): void => {
    this.preview.value = null;
  };
  readonly restore = this.back;
  takeBackMine(): string {
    return "5 changes are taken back. 2 changes stand: somebody has changed them since.";
  }
}
