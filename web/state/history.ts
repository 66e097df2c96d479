/**
 * The past of the jam as the screen shows it: who did what and when, a moment looked at as it was, and
 * the way back to it. What rows, gestures and differences are is `shared/document`'s; nothing here is kept.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Register } from "#shared/document/snapshot-codec.ts";
import { JamDocument } from "#shared/document/document.ts";
import type { Row } from "#shared/document/gestures.ts";
import { deltasOf } from "#shared/document/deltas-of.ts";
import type { Write } from "#shared/document/delta.ts";
import { restoreWrites } from "#shared/document/restore.ts";
import { RequestError } from "../net/outstanding.ts";
import type { PastPage } from "../net/past.ts";
import { editsOf } from "./history-lines.ts";
import type { Author } from "./jam-signals.ts";
import type { HistoryPage, HistoryView, Preview } from "./history-view.ts";

/** Rows kept while the panel is open: a long evening; who wants more looks at a moment. */
const MAX_ROWS = 5_000;
/** Edits made while the panel is open are asked for at most this often, in ms. */
const RENEW_MS = 1_000;

export interface HistoryOptions {
  readonly past: () => {
    page(before: number | null): Promise<PastPage>;
    moment(n: number): Promise<readonly Register[]>;
  } | null;
  readonly document: () => JamDocument;
  readonly author: (actor: number) => Author | null;
  readonly isMe: (actor: number) => boolean;
  /** Unix ms of an instant of room time in ms. */
  readonly wallMs: (roomMs: number) => number;
  /** Several deltas as one edit of mine. */
  readonly write: (deltas: readonly (readonly Write[])[]) => void;
  /** Another document is to be shown. */
  readonly show: () => void;
  readonly say: (sentence: string) => void;
  /** Takes back what I did in the last bars, and says what came of it. */
  readonly takeBackMine: () => string;
}

type Loading =
  | { readonly kind: "closed" | "loading" | "ready" }
  | { readonly kind: "failed"; readonly error: RequestError };

interface Known {
  /** Newest first, without gaps. */
  readonly rows: readonly Row[];
  readonly more: boolean;
  readonly since: number | null;
  readonly moments: PastPage["moments"];
}

const NOTHING: Known = { rows: [], more: false, since: null, moments: [] };

export class History implements HistoryView {
  readonly #options: HistoryOptions;
  readonly #known = signal<Known>(NOTHING);
  readonly #loading = signal<Loading>({ kind: "closed" });
  readonly #preview = signal<Preview | null>(null);
  readonly page: ReadonlySignal<HistoryPage>;
  #moment: JamDocument | null = null;
  /** Counts questions and closings: an answer that another one has overtaken is nobody's. */
  #turn = 0;
  #asking = false;
  #renewing: ReturnType<typeof setTimeout> | null = null;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.page = computed(() => this.#read(this.#known.value, this.#loading.value));
  }

  get preview(): ReadonlySignal<Preview | null> {
    return this.#preview;
  }

  /** The document to be shown in place of the present one; null for none. */
  get moment(): JamDocument | null {
    return this.#moment;
  }

  open(): void {
    this.#known.value = NOTHING;
    this.#load(null);
  }

  close(): void {
    this.#turn += 1;
    this.#asking = false;
    this.#loading.value = { kind: "closed" };
    this.#known.value = NOTHING;
    if (this.#renewing !== null) clearTimeout(this.#renewing);
    this.#renewing = null;
  }

  loadMore(): void {
    const { rows, more } = this.#known.peek();
    const last = rows.at(-1);
    if (this.#loading.peek().kind === "ready" && !this.#asking && more && last) this.#load(last.n);
  }

  /** Something has been edited: an open panel is to show it. */
  edited(): void {
    if (this.#loading.peek().kind === "closed" || this.#renewing !== null) return;
    this.#renewing = setTimeout(() => {
      this.#renewing = null;
      if (this.#asking) this.edited();
      else this.#load(null);
    }, RENEW_MS);
  }

  /** The connection is back: what failed for want of it is asked anew. */
  connected(): void {
    if (this.#loading.peek().kind === "failed") this.#load(null);
  }

  look(n: number): void {
    const past = this.#options.past();
    const { edits, moments } = this.page.peek();
    const edit = edits.find((each) => each.n === n);
    const at = edit ?? moments.find((each) => each.n === n);
    if (!past || !at) return;
    const wanted: Preview = { n, when: at.when, bar: edit?.bar ?? null, state: "loading" };
    this.#preview.value = wanted;
    past.moment(n).then(
      (registers) => {
        if (this.#preview.peek() !== wanted) return;
        const document = new JamDocument(this.#options.document().jam().seed);
        document.merge(registers);
        this.#moment = document;
        this.#preview.value = { ...wanted, state: "shown" };
        this.#options.show();
      },
      (error: unknown) => {
        if (this.#preview.peek() !== wanted) return;
        this.#preview.value = null;
        this.#options.say(failure(error));
      },
    );
  }

  back(): void {
    this.#preview.value = null;
    this.#moment = null;
    this.#options.show();
  }

  restore(): void {
    if (!this.#moment) return;
    const { write, document, say } = this.#options;
    const writes = restoreWrites(this.#moment, document());
    this.back();
    write(deltasOf(writes));
    say(
      writes.length === 0
        ? "The jam is as it was then already."
        : "The jam is as it was. Undo takes that back.",
    );
  }

  takeBackMine(): string {
    return this.#options.takeBackMine();
  }

  #load(before: number | null): void {
    const past = this.#options.past();
    if (!past) return;
    const turn = ++this.#turn;
    this.#asking = true;
    // What is looked at stays as it is while it is renewed.
    if (before !== null || this.#known.peek().rows.length === 0) this.#loading.value = { kind: "loading" };
    past.page(before).then(
      (page) => {
        if (this.#turn !== turn) return;
        this.#asking = false;
        this.#known.value = joined(this.#known.peek(), page, before);
        this.#loading.value = { kind: "ready" };
      },
      (error: unknown) => {
        if (this.#turn !== turn) return;
        this.#asking = false;
        if (!(error instanceof RequestError)) throw error;
        this.#loading.value = { kind: "failed", error };
      },
    );
  }

  #read(known: Known, loading: Loading): HistoryPage {
    const { wallMs } = this.#options;
    const error = loading.kind === "failed" ? loading.error : null;
    return {
      state: loading.kind === "closed" ? "loading" : loading.kind,
      problem: error && problemOf(error),
      edits: editsOf(known.rows, this.#options),
      moments: known.moments.map(({ n, received }) => ({ n, when: wallMs(received) })),
      more: known.more && known.rows.length < MAX_ROWS,
      since: known.since === null ? null : wallMs(known.since),
    };
  }
}

/** The newest page joins at its overlap, or stands alone where there is none; an older one follows. */
function joined(known: Known, page: PastPage, before: number | null): Known {
  const [newest] = known.rows;
  const oldestOfPage = page.rows.at(-1)?.n ?? 0;
  const { rows, more, since, moments } = page;
  if (before !== null) return { rows: [...known.rows, ...rows], more, since, moments };
  if (!newest || oldestOfPage > newest.n + 1) return { rows, more, since, moments };
  return { ...known, rows: [...rows.filter(({ n }) => n > newest.n), ...known.rows], since };
}

function problemOf(error: RequestError): HistoryPage["problem"] {
  if (error.code === "CLOSED") return "offline";
  return error.code === "TIMEOUT" ? "silent" : error.reason === "RATE" ? "busy" : "unreadable";
}

function failure(error: unknown): string {
  if (!(error instanceof RequestError)) throw error;
  if (error.code === "CLOSED") return "The server is away, and the history with it.";
  if (error.reason === "NOT_FOUND") return "That moment is not kept any more.";
  return error.reason === "RATE"
    ? "Too many moments at once: wait a little."
    : "That moment cannot be read now.";
}
