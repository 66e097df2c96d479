/**
 * A server's hub, a client that is fed what the hub is, and one that is fed nothing but what the hub sends:
 * whatever the hub took in from a hostile performer, that one has to be able to read. Everything is drawn
 * from one seed. What must not be is thrown as an error that says which frame it was.
 */
import { asSnapshot, decodeAck, decodeDelta, decodeVector } from "#shared/document/codec.ts";
import { Hub } from "#shared/document/hub.ts";
import { JamDocument } from "#shared/document/document.ts";
import { Assembler } from "#shared/document/parts.ts";
import { decodeSnapshot } from "#shared/document/snapshot-codec.ts";
import { Spoke } from "#shared/document/spoke.ts";
import { type Random, seededRandom } from "#shared/lib/random.ts";
import { firstWrites } from "#shared/music/first-jam.ts";
import { decodeLive } from "#shared/live/movement.ts";
import { decodePing, decodePong, frameKind } from "#shared/protocol/frames.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { damaged, deltaFrame, otherFrame, someDelta } from "./frames.ts";

const JAM_SEED = 1;
const HOSTILE = 1;
const FED = 2;
const HONEST = 3;
const LISTENER = 4;
const BEGIN_MS = 3_600_000;
/** Between two frames. */
const STEP_MS = 5;
/** Frames between two exchanges of what is due, and between two looks at the whole. */
const EXCHANGE = 50;
const INSPECTION = 500;
/** What a byte can stand for at most: a note takes 3 bits of a snapshot. */
const MOST_A_BYTE = 3;

export interface Tally {
  frames: number;
  /** Frames that some decoder took. */
  readable: number;
  /** Frames that the hub refused, and those of the fed client's. */
  refused: number;
  /** Deltas that the hub took in. */
  taken: number;
  /** Deltas that were put together from parts. */
  whole: number;
  /** Acknowledgements that cleared something, and replacements that were taken. */
  cleared: number;
  replaced: number;
}

export const emptyTally = (): Tally => ({
  frames: 0,
  readable: 0,
  refused: 0,
  taken: 0,
  whole: 0,
  cleared: 0,
  replaced: 0,
});

/** What must not be, the rule that forbids it, and the frame that did it. */
export class Fault extends Error {
  readonly rule: "FUZ1" | "FUZ2" | "FUZ3";

  constructor(rule: Fault["rule"], what: string, bytes: Uint8Array, cause?: unknown) {
    const why = cause instanceof Error ? ` (${cause.message})` : "";
    super(`${what}${why}: ${Buffer.from(bytes).toString("hex")}`, { cause });
    this.rule = rule;
  }
}

export class Stage {
  readonly #random: Random;
  readonly #hub = new Hub({ seed: JAM_SEED });
  readonly #fed: Spoke;
  readonly #honest: Spoke;
  readonly #tally: Tally;
  /** What a receiver of parts holds. */
  readonly #assembler = new Assembler();
  #nowMs = BEGIN_MS;

  constructor(seed: number, tally: Tally) {
    this.#random = seededRandom(seed);
    this.#tally = tally;
    this.#hub.writeAsServer(firstWrites(), BEGIN_MS - 1);
    for (const actor of [HOSTILE, FED, HONEST, LISTENER])
      this.#hub.join(actor, { now: this.#now, mayWrite: actor !== LISTENER });
    this.#fed = this.#joined(FED);
    this.#honest = this.#joined(HONEST);
    this.#fed.setPath({ kind: "mesh", peers: new Set([HOSTILE]), rtt: 0.02 }, this.#now);
  }

  /** Feeds so many frames, nine of ten of them damaged, to everything that reads frames. */
  run(frames: number): void {
    for (let i = 1; i <= frames; i++) {
      this.#nowMs += STEP_MS;
      this.#feed(this.#next());
      if (i % EXCHANGE === 0) this.#exchange();
      if (i % INSPECTION === 0) this.#inspect();
    }
  }

  get #now(): number {
    return this.#nowMs / 1_000;
  }

  #joined(actor: number): Spoke {
    const spoke = new Spoke({ actor, seed: JAM_SEED, mayWrite: true });
    spoke.setServerOpen(true, this.#now);
    spoke.handleServerFrame(this.#hub.snapshotFrame(this.#nowMs), this.#now, this.#nowMs);
    return spoke;
  }

  #next(): Uint8Array {
    const random = this.#random;
    const highest = this.#hub.vector.highest(HOSTILE);
    const bytes =
      random() < 0.5
        ? deltaFrame(random, someDelta(random, HOSTILE, highest, this.#nowMs), this.#nowMs)
        : otherFrame(random, this.#nowMs, highest);
    return random() < 0.9 ? damaged(random, bytes) : bytes;
  }

  #feed(bytes: Uint8Array): void {
    this.#tally.frames += 1;
    try {
      this.#decode(bytes);
      this.#feedHub(bytes);
      this.#feedSpoke(bytes);
    } catch (error) {
      throw error instanceof Fault ? error : new Fault("FUZ1", "it throws", bytes, error);
    }
  }

  #decode(bytes: Uint8Array): void {
    const most = bytes.length * MOST_A_BYTE;
    const context = { highestSeq: (actor: number) => actor * 100, nowMs: this.#nowMs };
    const deltas = [null, HOSTILE].map((actor) => decodeDelta(bytes, { ...context, actor }));
    deltas.push(decodeDelta(bytes, { ...context, actor: HOSTILE, nowMs: 0 }));
    for (const delta of deltas)
      if (delta.ok && delta.value.writes.length > most) throw new Fault("FUZ3", "too many writes", bytes);
    const vector = decodeVector(bytes);
    if (vector.ok && [...vector.value.entries()].length > most)
      throw new Fault("FUZ3", "too many entries", bytes);
    const ack = decodeAck(bytes);
    if (ack.ok && [...ack.value.vector.entries()].length > most)
      throw new Fault("FUZ3", "too many entries of an acknowledgement", bytes);
    const snapshot = decodeSnapshot(frameKind(bytes) === "replacement" ? asSnapshot(bytes) : bytes);
    if (snapshot.ok && snapshot.value.registers.length > most)
      throw new Fault("FUZ3", "too many registers", bytes);
    const isPart = this.#decodePart(bytes);
    const plain = [decodePing(bytes), decodePong(bytes), decodeLive(bytes, this.#nowMs)];
    const others = [vector.ok, ack.ok, snapshot.ok, isPart, plain.some((each) => each !== null)];
    if (others.includes(true) || deltas.some(({ ok }) => ok)) this.#tally.readable += 1;
  }

  #decodePart(bytes: Uint8Array): boolean {
    const isPart = Assembler.seqOf(bytes) !== null;
    const whole = this.#assembler.take(bytes);
    if (whole && !isPart) throw new Fault("FUZ2", "what is no part completes a delta", bytes);
    if (whole && whole.length > LIMITS.partedBytes + LIMITS.datagramBytes)
      throw new Fault("FUZ3", "more parts than there may be", bytes);
    if (this.#assembler.size > LIMITS.openParts) throw new Fault("FUZ3", "too many begun", bytes);
    if (whole) this.#tally.whole += 1;
    return isPart;
  }

  #feedHub(bytes: Uint8Array): void {
    const hub = this.#hub;
    const fingerprint = () =>
      `${hub.document.digest()} ${hub.tip()} ${hub.takeUnstored().length} ${hub.document.size}`;
    const unchanged = (what: string, feed: () => boolean) => {
      hub.takeUnstored();
      const before = fingerprint();
      if (!feed()) return;
      this.#tally.refused += 1;
      if (fingerprint() !== before) throw new Fault("FUZ2", `${what} changed the hub`, bytes);
    };
    const via = this.#random() < 0.5 ? "socket" : "sfu";
    unchanged("a refused delta", () => {
      const taken = hub.handleDelta(HOSTILE, bytes, this.#now, this.#nowMs, via);
      if (taken.fresh) this.#tally.taken += 1;
      return taken.error !== undefined || taken.refused !== undefined;
    });
    unchanged("a listener's delta", () => {
      const { error } = hub.handleDelta(LISTENER, bytes, this.#now, this.#nowMs, via);
      if (error === undefined) throw new Fault("FUZ2", "a listener wrote", bytes);
      return true;
    });
    unchanged("a refused vector", () => hub.handleHave(HOSTILE, bytes, this.#now).error !== undefined);
  }

  #feedSpoke(bytes: Uint8Array): void {
    const spoke = this.#fed;
    const fingerprint = () =>
      `${spoke.digest} ${spoke.replica.vector.hash()} ${spoke.unacknowledged} ${spoke.nextDue} ${spoke.direct.size}`;
    const via = this.#random() < 0.5 ? "mesh" : "sfu";
    const feeds = [
      () => spoke.handleServerFrame(bytes, this.#now, this.#nowMs),
      () => spoke.handlePeerFrame(HOSTILE, bytes, this.#now, this.#nowMs, via),
    ];
    for (const feed of feeds) {
      const [before, due] = [fingerprint(), spoke.nextDue];
      const { error, replaced } = feed();
      if (replaced) this.#tally.replaced += 1;
      if (error === undefined && frameKind(bytes) === "ack" && spoke.nextDue !== due)
        this.#tally.cleared += 1;
      if (error === undefined) continue;
      this.#tally.refused += 1;
      if (fingerprint() !== before) throw new Fault("FUZ2", "a refused frame changed the spoke", bytes);
    }
  }

  /** The honest one edits too, gets what the hub owes it, and must be able to read it; and the hub what it sends. */
  #exchange(): void {
    this.#honest.commit(someDelta(this.#random, HONEST, 0, this.#nowMs).writes, this.#nowMs, this.#now);
    // What the fed one owes the hostile one, its acknowledgements may clear.
    if (this.#fed.canCommit) {
      const { writes } = someDelta(this.#random, FED, 0, this.#nowMs);
      this.#fed.commit(writes, this.#nowMs, this.#now);
    }
    this.#fed.take(this.#now, this.#nowMs);
    for (const { to, bytes } of this.#hub.take(this.#now, this.#nowMs)) {
      if (to !== HONEST) continue;
      const { error } = this.#honest.handleServerFrame(bytes, this.#now, this.#nowMs);
      if (error !== undefined) throw new Fault("FUZ2", `what the hub sends cannot be read (${error})`, bytes);
    }
    for (const { bytes, kind } of this.#honest.take(this.#now, this.#nowMs)) {
      const { error } =
        kind === "have"
          ? this.#hub.handleHave(HONEST, bytes, this.#now)
          : this.#hub.handleDelta(HONEST, bytes, this.#now, this.#nowMs, "socket");
      if (error !== undefined) throw new Fault("FUZ2", `an honest ${kind} is refused (${error})`, bytes);
    }
  }

  #inspect(): void {
    this.#exchange();
    const { document } = this.#hub;
    const bytes = this.#hub.snapshotFrame(this.#nowMs);
    const snapshot = decodeSnapshot(bytes);
    if (!snapshot.ok)
      throw new Fault("FUZ2", `the hub's own snapshot cannot be read (${snapshot.error})`, bytes);
    const copy = new JamDocument(JAM_SEED);
    copy.merge(snapshot.value.registers);
    if (copy.digest() !== document.digest()) throw new Fault("FUZ2", "a snapshot is another document", bytes);
    document.jam();
    this.#fed.replica.document.jam();
    if (this.#honest.digest !== document.digest()) throw new Fault("FUZ2", "hub and client differ", bytes);
  }
}
