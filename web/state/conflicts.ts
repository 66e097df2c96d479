/** Writes of mine that lost, as the screen shows them: `shared/document/conflicts.ts` with a clock and names. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { type Conflict, ConflictWatch, type Lost, newestTempo } from "#shared/document/conflicts.ts";
import type { Delta, RegisterKey } from "#shared/document/delta.ts";
import type { JamDocument } from "#shared/document/document.ts";
import type { Author } from "./jam-signals.ts";
import { fetchLate, lateCode } from "./late-code.ts";
import { targetOf } from "./notices.ts";
import type { ConflictNotice, ConflictsView } from "./view.ts";

/** How often what stands long enough is looked for, in ms. */
const LOOK_MS = 250;

export interface ConflictsOptions {
  readonly document: () => JamDocument;
  readonly author: (actor: number) => Author | null;
  readonly isMe: (actor: number) => boolean;
  /** Monotonic seconds. */
  readonly now: () => number;
  /** Writes these values as one edit of mine. */
  readonly write: (lost: readonly Lost[]) => void;
}

export class Conflicts implements ConflictsView {
  readonly #options: ConflictsOptions;
  readonly #watch = new ConflictWatch();
  readonly #list = signal<readonly ConflictNotice[]>([]);
  #shown: readonly Conflict[] = [];
  #held: number | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(options: ConflictsOptions) {
    this.#options = options;
  }

  get list(): ReadonlySignal<readonly ConflictNotice[]> {
    return this.#list;
  }

  /** Before an own commit: what the transport leads to, for `wrote`. */
  tempo(): number | null {
    return newestTempo(this.#options.document().get({ kind: "room", field: "transport" })?.value ?? null);
  }

  wrote(delta: Delta, tempoBefore: number | null): void {
    this.#watch.wrote(delta, tempoBefore);
    this.#publish();
  }

  /** The document changed by others' hands. */
  changed(keys: readonly RegisterKey[]): void {
    const { document, isMe, now } = this.#options;
    this.#watch.changed(keys, document(), isMe, now());
    this.#publish();
  }

  takeBack(id: number): void {
    const lost = this.#watch.takeBack(id);
    if (lost.length > 0) this.#options.write(lost);
    this.#publish();
  }

  dismiss(id: number): void {
    this.#watch.dismiss(id);
    this.#publish();
  }

  hold(id: number | null): void {
    this.#held = id;
  }

  #look(): void {
    const now = this.#options.now();
    if (this.#held !== null) this.#watch.renew(this.#held, now);
    this.#watch.expire(now);
    this.#publish();
  }

  #publish(): void {
    const late = lateCode();
    // Words for it are fetched with the first; until then it is not told.
    if (!late && this.#watch.list.length > 0)
      fetchLate().then(
        () => this.#publish(),
        () => undefined,
      );
    const list = late ? this.#watch.list : [];
    const told = (conflict: Conflict) =>
      this.#shown.find(({ id, lost }) => id === conflict.id && lost === conflict.lost);
    const isSame = list.length === this.#shown.length && list.every((each) => told(each) !== undefined);
    this.#shown = list;
    if (!isSame) this.#list.value = list.map((conflict) => this.#notice(conflict, late));
    if (this.#watch.list.length > 0) this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
    else if (this.#timer !== null) {
      clearInterval(this.#timer);
      this.#timer = null;
      this.#held = null;
    }
  }

  #notice({ id, actor, lost }: Conflict, late: ReturnType<typeof lateCode>): ConflictNotice {
    const { author, document } = this.#options;
    const { name = "Somebody", color = 0 } = author(actor) ?? {};
    const writes = lost.map(({ key, standing }) => ({ key, value: standing }));
    const last = writes.at(-1) ?? { key: { kind: "room", field: "name" }, value: null };
    return {
      id,
      name,
      color,
      sentence: `${name} ${late?.describe(writes, late.namesIn(document())) ?? ""}.`,
      target: targetOf(last) ?? { kind: "transport", what: "started" },
    };
  }
}
