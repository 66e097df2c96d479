/**
 * What outlives this page of a jam, and how it comes back: the document, shown until the server's is
 * here, this person's edits that the server has not confirmed, and what they can take back. One tab at a
 * time has a room's; another works in memory until that one has gone, and where the browser keeps nothing
 * every tab does.
 */
import { encodeSnapshot } from "#shared/document/snapshot-codec.ts";
import type { Delta, Write } from "#shared/document/delta.ts";
import {
  countEdits,
  type EarlierLife,
  NO_EDITS,
  type OpenedTempo,
  type OwnEdits,
  type Return,
  returnOf,
  unpackEdits,
} from "#shared/document/own-edits.ts";
import type { Spoke } from "#shared/document/spoke.ts";
import type { PackedUndo } from "#shared/document/undo-record.ts";
import type { Restamped } from "#shared/document/unstamped.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import type { LocalClock } from "#shared/ports.ts";
import type { Welcome } from "../net/signaling-socket.ts";
import type { Author } from "./jam-signals.ts";
import { type KeptJam, readKeptJam } from "./kept-jam.ts";
import { OfflineJam } from "./offline-jam.ts";
import { Keeper } from "./offline-keeper.ts";
import { type OpenedStore, openStore } from "./offline-store.ts";

export interface OfflineOptions {
  readonly clock: LocalClock;
  readonly authors: () => ReadonlyMap<number, Author>;
  /** What can be taken back now, to be kept: null for nothing, undefined to leave what is kept as it is. */
  readonly undo: () => PackedUndo | null | undefined;
  /** What goes wrong here, in a sentence for the status line. */
  readonly say: (sentence: string) => void;
}

/** One actor's time in the room: what it writes goes through its spoke. */
interface Life {
  readonly welcome: Welcome;
  readonly spoke: Spoke;
}

const CANNOT_KEEP = "This browser keeps nothing: edits that wait are lost if you close the page.";
const unreadable = (count: number): string =>
  `${count === 1 ? "1 edit" : `${count} edits`} that this browser had kept cannot be read any more.`;

export class Offline {
  readonly #options: OfflineOptions;
  #keeper: Keeper | null = null;
  /** What was kept and has not come back into the room. */
  #kept: OwnEdits = NO_EDITS;
  #undo: unknown;
  #tempo: OpenedTempo | null = null;
  #jam: OfflineJam | null = null;
  #life: Life | null = null;
  /** The final ones of them are the spoke's to deliver. */
  #isOffered = false;
  /** Of the life's room time; whole ms. */
  #roomMs: () => number = () => 0;

  /** `handleTurn`: another tab had this room, and what it kept is this tab's now (`takeOver` has been called). */
  static async open(room: string, options: OfflineOptions, handleTurn: () => void): Promise<Offline> {
    const opened = await openStore(room, (later) => {
      offline.takeOver(later);
      handleTurn();
    });
    const offline = new Offline(opened, options);
    addEventListener("pagehide", () => offline.flush());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") offline.flush();
    });
    return offline;
  }

  /** `opened` is null where nothing can be kept, or another tab keeps it. */
  constructor(opened: OpenedStore | null, options: OfflineOptions) {
    this.#options = options;
    if (opened) this.#read(opened);
  }

  /** The tab that had this room's rows has gone: what waits in them is this tab's to deliver. */
  takeOver(opened: OpenedStore): void {
    this.#read(opened);
    this.#isOffered = false;
    // What is made here is kept from now on, beside what was.
    this.#keeper?.keepEdits();
    this.#keeper?.jamChanged();
  }

  #read(opened: OpenedStore): void {
    const read = opened.edits === undefined ? { edits: NO_EDITS, unreadable: 0 } : unpackEdits(opened.edits);
    if (read.unreadable > 0) this.#options.say(unreadable(read.unreadable));
    this.#kept = read.edits;
    this.#tempo ??= read.edits.tempo ?? null;
    this.#undo = opened.undo;
    if (!this.#life) {
      const jam = readKeptJam(opened.jam);
      this.#jam = jam && OfflineJam.of(jam, read.edits, this.#options.clock.now(), Date.now());
    }
    this.#keeper = this.#keep(opened);
  }

  /** The jam as it was kept, until the server's is here; null where nothing was. */
  get jam(): OfflineJam | null {
    return this.#jam;
  }

  /** What an earlier page of this person's could take back, as it was read; undefined for nothing. */
  get undo(): unknown {
    return this.#undo;
  }

  /** The tempo of a jam that was opened while nobody was reached; null once the room has it. */
  get tempo(): OpenedTempo | null {
    return this.#tempo;
  }

  set tempo(tempo: OpenedTempo | null) {
    this.#tempo = tempo;
    this.#keeper?.editsChanged();
  }

  /** Something of what was kept has to be written by an actor that has seen nothing yet. */
  get needsActor(): boolean {
    if (!this.#life || this.#life.welcome.role === "listener") return false;
    return this.#return(this.#left).anew.length > 0;
  }

  /** Who this person was, for the server to know their edits by. */
  get earlier(): readonly { readonly actor: number; readonly actorKey: string }[] {
    return this.#kept.lives.map(({ actor, actorKey }) => ({ actor, actorKey }));
  }

  /** Edits that the server has not confirmed. */
  get waiting(): number {
    if (!this.#life) return countEdits(this.#edits());
    const { welcome, spoke } = this.#life;
    if (welcome.role === "listener") return 0;
    return spoke.unacknowledged + countEdits(this.#left);
  }

  /** Whether those outlive this page. */
  get keeps(): boolean {
    return this.#keeper?.works ?? false;
  }

  get canCommit(): boolean {
    return this.#jam !== null && countEdits(this.#edits()) < LIMITS.unsentDeltas;
  }

  /** One command's writes, while there is no actor. Ask `canCommit` first. */
  commit(writes: readonly Write[]): Delta | null {
    const delta = this.#jam?.commit(writes, Date.now()) ?? null;
    this.#keeper?.editsChanged();
    return delta;
  }

  /**
   * There is an actor, who has seen nothing yet: what was kept comes back into the room through it, in its
   * place among what has happened since. A listener's page leaves it for the next that may write.
   */
  begin(life: Life, roomMs: () => number): Restamped[] {
    // Of a life of this page that has ended, the connection writes anew what it had still to deliver.
    const edits = this.#life ? this.#left : this.#edits();
    this.#isOffered = false;
    this.#life = life;
    this.#roomMs = roomMs;
    const { welcome, spoke } = life;
    if (welcome.role === "listener") return [];
    const now = this.#options.clock.now();
    const { lives, anew } = this.#return(edits);
    const { stamps = [] } = this.#jam ?? {};
    // The jam's are the last of them. No page keeps more than a spoke takes; whatever stood in the store ends here.
    const restamped = anew.slice(0, LIMITS.unsentDeltas).flatMap(({ writes, stamp, atMs }, i) => {
      const from = stamp ?? stamps[i - anew.length + stamps.length];
      const { stamp: to } = spoke.commit(writes, atMs, now);
      return from ? [{ from, to }] : [];
    });
    this.#kept = { lives, loose: [] };
    // Before any of it can have left: a page that ends right now must not write it anew once more.
    this.#keeper?.keepEdits();
    return restamped;
  }

  /** What was kept and is not the spoke's to deliver; without an actor's stamp until a new one takes it. */
  get #left(): OwnEdits {
    return this.#isOffered ? { lives: [], loose: this.#kept.loose } : this.#kept;
  }

  /** How these come back, as of now. */
  #return(edits: OwnEdits): Return {
    return returnOf(edits, {
      wallMs: Date.now(),
      roomMs: this.#roomMs(),
      seenMs: this.#jam?.seenMs ?? 0,
      provable: LIMITS.earlierActors,
    });
  }

  /** The server's document is here, and takes what earlier lives had not delivered. True when another stood in its place. */
  arrive(): boolean {
    const stoodIn = this.#jam !== null;
    this.#jam = null;
    if (this.#life && this.#life.welcome.role !== "listener" && !this.#isOffered) {
      this.#isOffered = true;
      const deltas = this.#kept.lives.flatMap((life) => life.deltas);
      this.#life.spoke.offerEarlier(deltas, this.#options.clock.now());
      // Those that the server had already are done with.
      this.#keeper?.editsChanged();
    }
    this.#keeper?.jamChanged();
    return stoodIn;
  }

  /** The document has changed, by whoever's hand. */
  jamChanged(): void {
    this.#keeper?.jamChanged();
  }

  /** One's own edits have become more, or more of them are confirmed. */
  editsChanged(): void {
    this.#keeper?.editsChanged();
  }

  /** There is more or less to take back. */
  undoChanged(): void {
    this.#keeper?.undoChanged();
  }

  /** The page goes, or cannot go on. */
  flush(): void {
    this.#keeper?.flush();
  }

  #keep({ store, edits }: OpenedStore): Keeper {
    return new Keeper({
      store,
      hasEdits: edits !== undefined,
      edits: () => this.#edits(),
      undo: () => this.#options.undo(),
      jam: () => this.#present(),
      handleFailure: () => this.#options.say(CANNOT_KEEP),
    });
  }

  #edits(): OwnEdits {
    const edits = this.#untimed();
    return this.#tempo ? { ...edits, tempo: this.#tempo } : edits;
  }

  /** All but the tempo. */
  #untimed(): OwnEdits {
    const life = this.#life;
    const { lives } = this.#kept;
    if (!life) return { lives, loose: this.#jam?.loose ?? this.#kept.loose };
    const { welcome, spoke } = life;
    if (welcome.role === "listener") return this.#kept;
    const own = { actor: welcome.actor, actorKey: welcome.actorKey, deltas: spoke.unconfirmed() };
    return {
      lives: [...(this.#isOffered ? this.#outstanding(spoke) : lives), own],
      loose: this.#kept.loose,
    };
  }

  #outstanding(spoke: Spoke): EarlierLife[] {
    return this.#kept.lives.map((life) => ({
      ...life,
      deltas: spoke.earlier.filter(({ actor }) => actor === life.actor),
    }));
  }

  #present(): KeptJam | null {
    if (!this.#life || this.#jam) return null;
    const { welcome, spoke } = this.#life;
    const authors = this.#options.authors();
    const { document, vector } = spoke.replica;
    return {
      room: welcome.room,
      savedMs: Date.now(),
      seed: welcome.seed,
      snapshot: encodeSnapshot({ registers: document.registers(), vector, roomMs: this.#roomMs() }),
      role: welcome.role,
      self: {
        actor: welcome.actor,
        member: welcome.member,
        ...(authors.get(welcome.actor) ?? { name: "", color: 0 }),
      },
      authors: [...authors].map(([actor, { name, color }]) => ({ actor, name, color })),
    };
  }
}
