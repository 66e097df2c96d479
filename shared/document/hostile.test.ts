/** A performer with a client of its own making: what it can do to the others. */
import { describe, expect, test } from "vitest";
import { encodeDelta, encodeVector } from "./codec.ts";
import type { Delta, RegisterKey, Write } from "./delta.ts";
import { JamDocument } from "./document.ts";
import { Hub } from "./hub.ts";
import { split } from "./parts.ts";
import { LIMITS } from "../protocol/limits.ts";
import { Replica } from "./replica.ts";
import { Spoke } from "./spoke.ts";
import { VersionVector } from "./version-vector.ts";

const NOW_MS = 60_000;
const HOSTILE = 2;
const swingKey: RegisterKey = { kind: "room", field: "swing" };
const swing = (value: number): Write[] => [{ key: swingKey, value }];
const delta = (fields: Partial<Delta> & { actor: number }, atMs = NOW_MS): Delta => ({
  seq: 1,
  stamp: { time: atMs, counter: 0, actor: fields.actor },
  writes: swing(75),
  ...fields,
});
const named = (of: Delta) => encodeDelta(of, { explicitActor: true, nowMs: 0 });
const bare = (of: Delta) => encodeDelta(of, { explicitActor: false, nowMs: 0 });

/** Actor 1 has written what everybody sees; 2 is the hostile one; the spoke is actor 3's. */
function room(): { hub: Hub; spoke: Spoke; settled: () => void } {
  const hub = new Hub({ seed: 1, isAuthor: (actor) => actor <= 3 });
  for (const actor of [1, HOSTILE, 3]) hub.join(actor, { now: 0, mayWrite: true });
  hub.handleDelta(1, bare(delta({ actor: 1, writes: swing(60) })), 0, NOW_MS, "socket");
  const spoke = new Spoke({ actor: 3, seed: 1, mayWrite: true });
  spoke.setServerOpen(true, 0);
  spoke.handleServerFrame(hub.snapshotFrame(NOW_MS), 0, NOW_MS);
  spoke.setPath({ kind: "mesh", peers: new Set([1, HOSTILE]), rtt: 0.05 }, 0);
  const settled = () => {
    for (const { to, bytes } of hub.take(9, NOW_MS)) if (to === 3) spoke.handleServerFrame(bytes, 9, NOW_MS);
    for (const document of [hub.document, spoke.replica.document])
      expect(document.get(swingKey)).toMatchObject({ value: 60, stamp: { actor: 1 } });
    expect(spoke.digest).toBe(hub.document.digest());
  };
  return { hub, spoke, settled };
}

describe("a hostile performer", () => {
  test("[DLV43] a forged author stands neither at the server nor at a peer", () => {
    const { hub, spoke, settled } = room();
    for (const actor of [0, 1, 3, 99]) {
      const forged = delta({ actor, seq: 2, stamp: { time: NOW_MS + 500, counter: 0, actor } });
      for (const via of ["socket", "sfu"] as const)
        expect(hub.handleDelta(HOSTILE, named(forged), 1, NOW_MS, via).fresh).toBe(false);
      for (const via of ["mesh", "sfu"] as const)
        expect(spoke.handlePeerFrame(HOSTILE, named(forged), 1, NOW_MS, via).error).toBe("another's delta");
    }
    settled();
  });

  test("[DLV43] a stamp cannot name another actor, so a write of the room's class counts nowhere", () => {
    const { hub, spoke, settled } = room();
    const inDisguise = delta({ actor: HOSTILE, stamp: { time: NOW_MS - 5_000, counter: 0, actor: 0 } });
    hub.handleDelta(HOSTILE, bare(inDisguise), 1, NOW_MS, "socket");
    spoke.handlePeerFrame(HOSTILE, bare(inDisguise), 1, NOW_MS, "mesh");
    settled();
    const document = new JamDocument(1, (key) => key.kind === "room");
    document.apply(delta({ actor: HOSTILE }));
    expect(document.size).toBe(0);
  });

  test("[DLV43] a back-dated stamp changes nothing that stands", () => {
    const { hub, spoke, settled } = room();
    for (const [index, atMs] of [0, 1, NOW_MS - 1].entries()) {
      const old = delta({ actor: HOSTILE, seq: index + 1 }, atMs);
      spoke.handlePeerFrame(HOSTILE, bare(old), 1, NOW_MS, "mesh");
      hub.handleDelta(HOSTILE, bare(old), 1, NOW_MS, "socket");
    }
    settled();
  });

  test("[DLV43] a stamp from ahead draws nobody after it", () => {
    const { hub, spoke, settled } = room();
    for (const [index, ahead] of [2_001, 30_000, 60_001, 2 ** 47].entries()) {
      const early = delta({ actor: HOSTILE, seq: index + 1 }, NOW_MS + ahead);
      spoke.handlePeerFrame(HOSTILE, bare(early), 1, NOW_MS, "mesh");
      hub.handleDelta(HOSTILE, bare(early), 1, NOW_MS, "socket");
    }
    settled();
    expect(spoke.commit(swing(61), NOW_MS + 1, 10).stamp.time).toBe(NOW_MS + 1);
  });

  test("[DLV43] floods of numbers, parts, vectors and stamps ahead take bounded memory", () => {
    const { hub, spoke, settled } = room();
    const flood = new Replica({ actor: HOSTILE, seed: 1 });
    for (let i = 0; i < 5_000; i++) {
      const far = delta({ actor: HOSTILE, seq: 1_000 + i * 100, writes: [] });
      spoke.handlePeerFrame(HOSTILE, bare(far), 1, NOW_MS, "mesh");
      hub.handleDelta(HOSTILE, bare(far), 1, NOW_MS, "socket");
      const [part] = split(1_000 + i, new Uint8Array(3_000));
      if (part) hub.handleDelta(HOSTILE, part, 1, NOW_MS, "sfu");
      if (part) spoke.handlePeerFrame(HOSTILE, part, 1, NOW_MS, "sfu");
    }
    expect([...hub.vector.entries()].map(({ actor }) => actor)).not.toContain(HOSTILE);
    for (let i = 0; i < LIMITS.owedDeltas + 100; i++)
      hub.handleDelta(HOSTILE, bare(flood.commit([], 1)), 1, NOW_MS, "socket");
    const claims = VersionVector.of(
      Array.from({ length: 1_000 }, (_, actor) => ({ actor: actor + 4, contiguous: 9, low: 0, high: 0 })),
    );
    expect(hub.handleHave(HOSTILE, encodeVector(claims), 1)).toEqual({});
    expect(hub.take(1, NOW_MS).filter(({ to }) => to === 3)).toHaveLength(1);
    spoke.handleServerFrame(hub.snapshotFrame(NOW_MS), 2, NOW_MS);
    settled();
  });
});
