/**
 * The chat as this page has it: what the server keeps of the room's, and what was written here and is not said
 * yet. What waits outlives a reload, and goes out under its own key, so that it is said once.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import * as v from "valibot";
import { ChatLine, type ChatRefusal } from "#shared/protocol/chat.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import type { Wire } from "./view.ts";

/** Written without a connection, or faster than it is said; beyond it nothing is taken from the field. */
const MOST_WAITING = 20;

/** Something written here. `refused`: it waits for a hand to send it again, or to take it away. */
const Waiting = v.object({
  key: v.number(),
  text: v.pipe(v.string(), v.minLength(1), v.maxLength(LIMITS.chatLength)),
  bar: v.optional(v.number()),
  refused: v.optional(v.string()),
});
export type Waiting = v.InferOutput<typeof Waiting>;

const Kept = v.object({
  draft: v.pipe(v.string(), v.maxLength(LIMITS.chatLength)),
  waiting: v.pipe(v.array(Waiting), v.maxLength(MOST_WAITING)),
});

export interface ChatOptions {
  readonly wire: Wire;
  /** The bar that is heard, counted from 1; null while nothing plays. */
  readonly bar: () => number | null;
  /** u32. */
  readonly newKey: () => number;
  /** Of this tab, and of this browser; throw where they are refused. */
  readonly tab: () => Store;
  readonly browser: () => Store;
}

type Store = Pick<Storage, "getItem" | "setItem">;

export class Chat {
  readonly #options: ChatOptions;
  readonly #lines = signal<readonly ChatLine[]>([]);
  readonly #waiting = signal<readonly Waiting[]>([]);
  readonly #draft = signal("");
  readonly #hasAsked = signal(false);
  /** What has been read: `n` of the newest line. */
  readonly #read = signal(0);
  readonly #isOpen = signal(false);
  /** The newest of another's, for who does not look. */
  readonly #newest = signal<ChatLine | null>(null);
  #room: string | null = null;
  /** Room ms at which this page came in. */
  #cameMs = 0;

  constructor(options: ChatOptions) {
    this.#options = options;
  }

  /** Said, oldest first. */
  get lines(): ReadonlySignal<readonly ChatLine[]> {
    return this.#lines;
  }
  get waiting(): ReadonlySignal<readonly Waiting[]> {
    return this.#waiting;
  }
  get draft(): ReadonlySignal<string> {
    return this.#draft;
  }
  get newest(): ReadonlySignal<ChatLine | null> {
    return this.#newest;
  }
  /** The server has told what there is. */
  get isKnown(): ReadonlySignal<boolean> {
    return this.#hasAsked;
  }
  readonly unread: ReadonlySignal<number> = computed(() => {
    const me = this.#me;
    return this.#isOpen.value
      ? 0
      : this.#lines.value.filter(({ n, member }) => n > this.#read.value && member !== me).length;
  });

  /** A connection stands: all is asked for anew, and what waits is sent. */
  connected(): void {
    const welcome = this.#options.wire.welcome();
    if (!welcome) return;
    if (this.#room !== welcome.room) this.#begin(welcome);
    this.#options.wire.send({ type: "catchUp" });
    for (const each of this.#waiting.peek()) if (each.refused === undefined) this.#send(each);
  }

  heard(lines: readonly unknown[], isAll: boolean): void {
    const read = lines.flatMap((line) => {
      const parsed = v.safeParse(ChatLine, line);
      return parsed.success ? [parsed.output] : [];
    });
    const before = isAll ? [] : this.#lines.peek();
    const fresh = read.filter(({ n }) => !before.some((line) => line.n === n));
    this.#lines.value = [...before, ...fresh].toSorted((a, b) => a.n - b.n).slice(-LIMITS.chatLines);
    const mine = read.filter(({ member }) => member === this.#me).map(({ key }) => key);
    if (mine.length > 0) this.#setWaiting(this.#waiting.peek().filter(({ key }) => !mine.includes(key)));
    if (isAll && !this.#hasAsked.peek()) {
      this.#hasAsked.value = true;
      // Who has never been here has missed nothing that was said before.
      if (this.#read.peek() === 0) this.#setRead(this.#cameMs);
    } else if (!isAll) this.#newest.value = fresh.findLast(({ member }) => member !== this.#me) ?? null;
    // The server's numbers have gone back to before what was read here: it was restored.
    if (isAll && (this.#lines.peek().at(-1)?.n ?? 0) < this.#read.peek()) this.#setRead();
    if (this.#isOpen.peek()) this.#setRead();
  }

  refused(key: number, error: string): void {
    this.#setWaiting(
      this.#waiting.peek().map((each) => (each.key === key ? { ...each, refused: error } : each)),
    );
  }

  /** What stands in the field. */
  write(text: string): void {
    this.#draft.value = text.slice(0, LIMITS.chatLength);
    this.#keep();
  }

  /** Says what stands in the field, or will when it can. False: nothing does, or too much waits already. */
  say(): boolean {
    const text = this.#draft.peek().trim();
    if (text === "" || this.#waiting.peek().length >= MOST_WAITING) return false;
    const bar = this.#options.bar();
    const one: Waiting = { key: this.#options.newKey(), text, ...(bar === null ? {} : { bar }) };
    this.#draft.value = "";
    this.#setWaiting([...this.#waiting.peek(), one]);
    this.#send(one);
    return true;
  }

  sayAgain(key: number): void {
    const again = this.#waiting.peek().find((each) => each.key === key);
    if (!again) return;
    const { refused: _, ...one } = again;
    this.#setWaiting(this.#waiting.peek().map((each) => (each.key === key ? one : each)));
    this.#send(one);
  }

  drop(key: number): void {
    this.#setWaiting(this.#waiting.peek().filter((each) => each.key !== key));
  }

  /** What is open is read. */
  setOpen(isOpen: boolean): void {
    this.#isOpen.value = isOpen;
    if (isOpen) this.#setRead();
  }

  get #me(): number | undefined {
    return this.#options.wire.welcome()?.member;
  }

  #send({ key, text, bar }: Waiting): void {
    this.#options.wire.send({ type: "chat", key, text, ...(bar === undefined ? {} : { bar }) });
  }

  #begin({ room, roomTime }: { readonly room: string; readonly roomTime: number }): void {
    this.#room = room;
    this.#cameMs = roomTime * 1_000;
    this.#lines.value = [];
    this.#hasAsked.value = false;
    const kept = v.safeParse(Kept, parse(this.#options.tab, `tutti.chat.${room}`));
    this.#draft.value = kept.success ? kept.output.draft : "";
    this.#waiting.value = kept.success ? kept.output.waiting : [];
    const read = parse(this.#options.browser, `tutti.read.${room}`);
    this.#read.value = typeof read === "number" ? read : 0;
  }

  #setWaiting(waiting: readonly Waiting[]): void {
    this.#waiting.value = waiting;
    this.#keep();
  }

  /** All that was said by then, room ms. */
  #setRead(byMs = Number.POSITIVE_INFINITY): void {
    this.#read.value = this.#lines.peek().findLast(({ time }) => time <= byMs)?.n ?? 0;
    store(this.#options.browser, `tutti.read.${this.#room}`, this.#read.peek());
  }

  #keep(): void {
    const kept = { draft: this.#draft.peek(), waiting: this.#waiting.peek() };
    store(this.#options.tab, `tutti.chat.${this.#room}`, kept);
  }
}

export const REFUSED: Readonly<Record<ChatRefusal, string>> = {
  FORBIDDEN: "Not said: listeners read and react.",
  RATE: "Not said: you write faster than the room takes it.",
  UNAVAILABLE: "Not said: the server cannot keep it now.",
};

function parse(storage: () => Store, key: string): unknown {
  try {
    return JSON.parse(storage().getItem(key) ?? "null");
  } catch {
    // Refused, or nothing of ours.
    return null;
  }
}

function store(storage: () => Store, key: string, value: unknown): void {
  try {
    storage().setItem(key, JSON.stringify(value));
  } catch {
    // Storage is refused or full: then a reload loses what was not said.
  }
}
