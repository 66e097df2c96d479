/**
 * A person's fair share of what a room passes on: who sends more than it is slowed, not cut, and told. It is
 * counted by member, so that further tabs give nobody more. Time comes from outside.
 */
import { type Bucket, fullBucket, type Rate, takeToken, tokensAt } from "./rate.ts";

/** Who has been told that they are slowed is not told again for so long. Seconds. */
const TOLD_AGAIN = 30;

export interface Policy extends Rate {
  /**
   * What waits for its turn: of each sender's streams the newest, which takes the place of an older one; or so many of
   * one person's, in their order, and what is more is refused.
   */
  readonly waiting: "newest" | number;
  /** So many too much are not worth a word, since a network lets things through in heaps; half a second's rate a second. */
  readonly forgiven: number;
}

export interface Offered {
  /** False: it will never pass. */
  readonly taken: boolean;
  /** Its sender is to be told that they are slowed. */
  readonly tell: boolean;
}

interface Person<T> {
  bucket: Bucket;
  /** What may yet be too much without a word. */
  excess: Bucket;
  toldAt: number;
  readonly waiting: { readonly sender: number; readonly stream: number; value: T }[];
}

/**
 * Law: over any stretch of time no more of one person's passes than the burst and what the rate refills, and
 * what waits is bounded by the person's senders, or by `waiting`.
 */
export class FairShare<T> {
  readonly #policy: Policy;
  readonly #people = new Map<number, Person<T>>();

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** Takes something of a member's into what `take` gives. `sender` is one of the member's connections, `stream` one of its. */
  offer(member: number, sender: number, value: T, now: number, stream = 0): Offered {
    const person = this.#person(member, now);
    const { waiting } = this.#policy;
    if (waiting === "newest") {
      const older = person.waiting.find((each) => each.sender === sender && each.stream === stream);
      if (!older) person.waiting.push({ sender, stream, value });
      else older.value = value;
      return { taken: true, tell: older !== undefined && this.#isWorthAWord(person, now) };
    }
    const isFree = person.waiting.length === 0 && tokensAt(person.bucket, this.#policy, now) >= 1;
    const taken = isFree || person.waiting.length < waiting;
    if (taken) person.waiting.push({ sender, stream, value });
    return { taken, tell: !taken && this.#isWorthAWord(person, now) };
  }

  /** What passes by now. */
  take(now: number): { readonly sender: number; readonly value: T }[] {
    const passed = [];
    for (const person of this.#people.values()) {
      for (;;) {
        const [next] = person.waiting;
        const bucket = next && takeToken(person.bucket, this.#policy, now);
        if (!next || !bucket) break;
        person.bucket = bucket;
        person.waiting.shift();
        passed.push(next);
      }
    }
    return passed;
  }

  /** When `take` has something; null for never. */
  get due(): number | null {
    let due: number | null = null;
    for (const { bucket, waiting } of this.#people.values()) {
      if (waiting.length === 0) continue;
      const at = bucket.at + Math.max(0, 1 - bucket.tokens) / this.#policy.perSecond;
      due = Math.min(due ?? at, at);
    }
    return due;
  }

  /** How much waits, of everybody. */
  get waiting(): number {
    return [...this.#people.values()].reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  /** Of how many people something is remembered. */
  get people(): number {
    return this.#people.size;
  }

  /** This connection is gone: what it sent and has not passed is forgotten. What its owner has used up is not. */
  leave(sender: number): void {
    for (const { waiting } of this.#people.values())
      for (let index = waiting.length - 1; index >= 0; index--)
        if (waiting[index]?.sender === sender) waiting.splice(index, 1);
  }

  #person(member: number, now: number): Person<T> {
    const known = this.#people.get(member);
    if (known) return known;
    for (const [other, person] of this.#people) if (this.#isAsNew(person, now)) this.#people.delete(other);
    const person: Person<T> = {
      bucket: fullBucket(this.#policy, now),
      excess: fullBucket(this.#excessRate, now),
      toldAt: Number.NEGATIVE_INFINITY,
      waiting: [],
    };
    this.#people.set(member, person);
    return person;
  }

  /** To forget them changes nothing. */
  #isAsNew({ bucket, excess, toldAt, waiting }: Person<T>, now: number): boolean {
    const { burst, forgiven } = this.#policy;
    return (
      waiting.length === 0 &&
      now - toldAt >= TOLD_AGAIN &&
      tokensAt(bucket, this.#policy, now) === burst &&
      tokensAt(excess, this.#excessRate, now) === forgiven
    );
  }

  get #excessRate(): Rate {
    return { perSecond: this.#policy.perSecond / 2, burst: this.#policy.forgiven };
  }

  #isWorthAWord(person: Person<T>, now: number): boolean {
    const excess = takeToken(person.excess, this.#excessRate, now);
    if (excess) {
      person.excess = excess;
      return false;
    }
    if (now - person.toldAt < TOLD_AGAIN) return false;
    person.toldAt = now;
    return true;
  }
}
