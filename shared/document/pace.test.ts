import fc from "fast-check";
import { expect, test } from "vitest";
import { encodePing } from "../protocol/frames.ts";
import { LIMITS } from "../protocol/limits.ts";
import { type Bucket, fullBucket, takeToken } from "../room/rate.ts";
import { Hub } from "./hub.ts";
import { PACE, UNDERWAY } from "./pace.ts";
import { Replica } from "./replica.ts";
import { Spoke } from "./spoke.ts";
import { fromPeer, NOW_MS, toggle } from "./test-seats.ts";

const RATE = { perSecond: LIMITS.binaryPerSecond, burst: LIMITS.binaryBurst };
const TICK = 0.02;
/** As long as the server bears silence. */
const LONGEST_STALL = 4.2;

interface Stall {
  readonly at: number;
  readonly length: number;
}

/** A stream one way that stands still now and then, and lets through at once what has gathered. */
class Stream {
  #queue: { at: number; bytes: Uint8Array }[] = [];
  readonly #stalls: readonly Stall[];

  constructor(stalls: readonly Stall[]) {
    this.#stalls = stalls;
  }

  send(bytes: Uint8Array, now: number): void {
    this.#queue.push({ at: now + 0.02, bytes });
  }

  arrivals(now: number): Uint8Array[] {
    if (this.#stalls.some(({ at, length }) => now >= at && now < at + length)) return [];
    const here = this.#queue.filter(({ at }) => at <= now).map(({ bytes }) => bytes);
    this.#queue = this.#queue.filter(({ at }) => at > now);
    return here;
  }
}

/** A client with a backlog, another author who keeps it reporting, and the server's own count. Refusals by it. */
function refusals(backlog: number, upStalls: readonly Stall[], downStalls: readonly Stall[], until: number) {
  const hub = new Hub({ seed: 1 });
  const author = new Replica({ actor: 2, seed: 1 });
  const spoke = new Spoke({ actor: 1, seed: 1, mayWrite: true });
  for (let i = 0; i < backlog; i++) spoke.commit(toggle(i % 64), NOW_MS + i, 0);
  const [up, down] = [new Stream(upStalls), new Stream(downStalls)];
  let bucket: Bucket = fullBucket(RATE, 0);
  let refused = 0;
  hub.join(1, { now: 0, mayWrite: true });
  hub.join(2, { now: 0, mayWrite: true });
  spoke.setServerOpen(true, 0);
  down.send(hub.snapshotFrame(NOW_MS, 1), 0);
  for (let tick = 0; tick < until / TICK; tick++) {
    const now = tick * TICK;
    // A clock that begins, and then pings as often as it ever does.
    if (tick < 36 ? tick % 3 === 0 : tick % 25 === 0) up.send(encodePing({ id: 1 }), now);
    for (const bytes of down.arrivals(now)) spoke.handleServerFrame(bytes, now, NOW_MS);
    for (const { to, bytes } of spoke.take(now, NOW_MS)) if (to === "server") up.send(bytes, now);
    for (const bytes of up.arrivals(now)) {
      const next = takeToken(bucket, RATE, now);
      if (!next) refused += 1;
      else bucket = next;
      if (bytes[0] === 0x20) hub.handleHave(1, bytes, now);
      else if (bytes[0] !== 0x30) hub.handleDelta(1, bytes, now, NOW_MS + backlog, "socket");
    }
    if (tick % 2 === 0)
      hub.handleDelta(2, fromPeer(author.commit(toggle(tick % 64), NOW_MS)), now, NOW_MS, "socket");
    hub.stored(hub.takeUnstored(), now);
    for (const { to, bytes } of hub.take(now, NOW_MS)) if (to === 1) down.send(bytes, now);
  }
  return { refused, here: hub.vector.highest(1) };
}

const stalls = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 15, noNaN: true }),
    length: fc.double({ min: 0, max: LONGEST_STALL, noNaN: true }),
  }),
  { maxLength: 3 },
);

test("[PAC1] a network that stands still and comes back never brings the server more than it takes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 300, max: 2_500 }), stalls, stalls, (backlog, up, down) => {
      // What overlaps is one longer stall, after which the server has ended the connection anyway.
      const long = (some: readonly Stall[]) =>
        some.some((a, i) => some.some((b, j) => i !== j && a.at <= b.at && b.at <= a.at + a.length));
      fc.pre(!long(up) && !long(down));
      expect(refusals(backlog, up, down, 16).refused).toBe(0);
    }),
    { numRuns: 15 },
  );
}, 30_000);

test("[PAC1] with a network that goes on it takes no longer than the pace", () => {
  const backlog = 2_000;
  const seconds = backlog / PACE.perSecond + 1;
  expect(refusals(backlog, [], [], seconds)).toEqual({ refused: 0, here: backlog });
});

test("[PAC1] pace, what is under way and the reserve are within what the server takes", () => {
  expect(PACE.perSecond).toBeLessThan(LIMITS.binaryPerSecond);
  expect(PACE.burst + UNDERWAY).toBeLessThan(LIMITS.binaryBurst);
});
