/**
 * FOLLOW on this page: a leader's tells where it looks, the others go there. Nothing moves under a hand, and
 * who opens another part by themselves is let go.
 */
import { effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { Conducted } from "#shared/document/delta.ts";
import { type Panel, PANELS, type ShownView, viewNumbers, viewOf } from "#shared/room/shown-view.ts";
import { DRUM_STEPS, PITCH_STEPS, SCORE } from "./columns.ts";
import { restsIn } from "./resting-hand.ts";
import { isMelodic } from "./rows.ts";
import { headKey, type Stage } from "./stage.ts";
import { throttle } from "./throttle.ts";
import { watchRestingHand } from "./watch-hand.ts";

/** So often a leader's page says where it looks: below what the server takes of controls, with room for presses. ms */
const TELL_MS = 350;
/** How soon a hand that is not at rest is looked at again, at the latest. ms */
const LOOK_MS = 250;

export type Following =
  /** Everybody sees what this person does. */
  | { readonly kind: "showing" }
  | { readonly kind: "following" | "detached"; readonly name: string; readonly color: number };

const isSame = (a: ShownView, b: ShownView): boolean => viewNumbers(a).join() === viewNumbers(b).join();

export class Follow {
  readonly #stage: Stage;
  readonly #state = signal<Following | null>(null);
  readonly #hand = watchRestingHand();
  readonly #tell = throttle<ShownView>(TELL_MS, (view) =>
    this.#stage.session.conducting.conduct({ type: "FOLLOW", view }),
  );
  readonly #ends: readonly (() => void)[];
  /** Whose view is followed, as an actor, and where that is. */
  #by: number | null = null;
  #view: ShownView | null = null;
  /** It has not been gone to yet. */
  #isDue = false;
  /** Where this page stands by what was told or gone to: any other place is this person's own doing. */
  #own: ShownView | null = null;
  /** The sheet that lies here because it was brought. */
  #brought: Panel | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#ends = [
      effect(() => {
        const { deeds } = stage.session.conducting.state.value;
        // Names come with people.
        void stage.session.people.value;
        untracked(() => this.#hear(deeds.follow ?? []));
      }),
      effect(() => {
        const view = this.#ownView();
        untracked(() => this.#look(view));
      }),
    ];
  }

  /** Null while nobody brings anybody anywhere. */
  get state(): ReadonlySignal<Following | null> {
    return this.#state;
  }

  /** As a leader: brings everybody here, or lets them go. */
  show(on: boolean): void {
    this.#tell.cancel();
    this.#own = this.#ownView();
    this.#stage.session.conducting.conduct({ type: "FOLLOW", view: on ? this.#own : null });
  }

  /** The one press: stop showing, detach, or follow again. */
  toggle(): void {
    const state = this.#state.peek();
    if (state?.kind === "showing") return this.show(false);
    if (!state) return;
    this.#state.value = { ...state, kind: state.kind === "following" ? "detached" : "following" };
    this.#isDue = false;
    // The press itself is this hand's: there is nothing to wait for.
    if (state.kind === "detached" && this.#view) this.#apply(this.#view);
  }

  close(): void {
    for (const end of this.#ends) end();
    clearTimeout(this.#timer);
    this.#tell.cancel();
    this.#hand.close();
  }

  /** What the room says of whose view is followed. */
  #hear(follow: Conducted): void {
    const [by = null] = follow;
    const view = viewOf(follow);
    const isNew = (view && by) !== this.#by;
    const isMoved = view !== null && (isNew || this.#view === null || !isSame(this.#view, view));
    this.#by = view && by;
    this.#view = view;
    const before = this.#state.peek();
    const now = this.#read(by, view, isNew ? null : before);
    if (JSON.stringify(now) !== JSON.stringify(before)) this.#state.value = now;
    if (now?.kind !== "showing") this.#tell.cancel();
    if (isNew) this.#brought = null;
    // One that begins starts from where this page stands then.
    if (now === null && before !== null) this.#own = null;
    if (now?.kind === "following" && isNew) this.#own = this.#ownView();
    if (now === null) this.#isDue = false;
    else if (now.kind === "following") this.#isDue ||= isMoved;
    // Told by an earlier life of this page, or by another page of mine.
    else if (now.kind === "showing" && isNew && this.#own === null) this.#isDue = true;
    this.#goThere();
    if (!this.#isDue) this.#look(this.#ownView());
  }

  /** A new one asks again: who had detached from another follows. */
  #read(by: number | null, view: ShownView | null, before: Following | null): Following | null {
    if (view === null || by === null) return null;
    const who = this.#stage.session.conducting.who(by);
    if (who?.isMe === true) return { kind: "showing" };
    const { name, color } = who ?? { name: "A leader", color: 0 };
    return { kind: before?.kind === "detached" ? "detached" : "following", name, color };
  }

  /** This page looks elsewhere than before. */
  #look(view: ShownView): void {
    const state = this.#state.peek();
    const before = this.#own;
    if (state === null || before === null || isSame(before, view)) return;
    this.#own = view;
    if (state.kind === "showing") this.#tell(view);
    else if (state.kind === "following" && view.track !== before.track && this.#isThere(before.track)) {
      this.#isDue = false;
      this.#state.value = { ...state, kind: "detached" };
    }
  }

  /** As soon as the hand rests. */
  #goThere(): void {
    clearTimeout(this.#timer);
    if (!this.#isDue || !this.#view) return;
    const { track } = this.#view;
    const isThere = track === null || this.#isThere(track);
    const wait = isThere ? restsIn(this.#hand.read(), performance.now()) : LOOK_MS;
    if (wait > 0) {
      this.#timer = setTimeout(() => this.#goThere(), Math.min(LOOK_MS, wait));
      return;
    }
    this.#isDue = false;
    this.#apply(this.#view);
  }

  #apply(view: ShownView): void {
    const stage = this.#stage;
    const focused = document.activeElement;
    const { track, first, octaves, panel } = view;
    this.#own = null;
    if (track !== null && this.#isThere(track)) {
      stage.openPart(track);
      stage.pin(track, first === null ? null : Math.floor(first / this.#pageSize(track)));
      stage.octaves.value = { ...stage.octaves.peek(), [track]: octaves };
    }
    this.#bring(panel);
    this.#own = this.#ownView();
    // Who had the focus in what is gone, and has put it nowhere since, goes on in the part that has come.
    setTimeout(() => {
      const isLost = focused?.isConnected === false && document.activeElement === document.body;
      if (track === null || !isLost || stage.sheet.peek() !== null) return;
      const head = stage.at(headKey(track));
      (head?.querySelector("button") ?? head)?.focus({ preventScroll: true });
    }, LOOK_MS);
  }

  /** Lays a sheet over the score where none of this person's own lies, and takes away none but what was brought. */
  #bring(panel: Panel | null): void {
    const { sheet, session } = this.#stage;
    const lies = sheet.peek();
    const mayHave = panel !== "history" || session.role.peek() !== "listener";
    if (lies !== null && lies !== this.#brought) return;
    // Closed here by hand: it stays closed until another is shown.
    if (panel === this.#brought) return;
    this.#brought = mayHave ? panel : null;
    sheet.value = this.#brought;
  }

  #isThere(track: number | null): boolean {
    return this.#stage.session.jam.tracks.peek().some(({ id }) => id === track);
  }

  /** Steps of a page of this part, on this screen. */
  #pageSize(track: number): number {
    const { session, layout } = this.#stage;
    if (layout.peek() !== "phone") return SCORE.columns;
    const instrument = session.jam.tracks.peek().find(({ id }) => id === track)?.instrument ?? "";
    return isMelodic(instrument) ? PITCH_STEPS : DRUM_STEPS;
  }

  /** Where this page looks; read in an effect, it tells of each change. */
  #ownView(): ShownView {
    const stage = this.#stage;
    const id = stage.open.value;
    const track = stage.session.jam.tracks.value.find((each) => each.id === id);
    const size = track ? this.#pageSize(track.id) : SCORE.columns;
    const sheet = stage.sheet.value;
    return {
      track: id,
      first: track && stage.isPinned(track.id) ? stage.pageOf(track, size) * size : null,
      octaves: (id !== null && stage.octaves.value[id]) || 0,
      panel: PANELS.find((panel) => panel === sheet) ?? null,
    };
  }
}
