/** The contract of every link: one suite, run in a browser against the real server, on each rung. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { decodeDelta } from "#shared/document/codec.ts";
import { FRAME } from "#shared/protocol/frames.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import type { Rung } from "#shared/protocol/messages.ts";
import { MeshLink } from "../../web/net/mesh-link.ts";
import { SfuLink } from "../../web/net/sfu-link.ts";
import { type Author, authorOf } from "./support/author.ts";
import { type Heard, type Member, openRoom, type Room } from "./support/member.ts";

const rooms: Room[] = [];

afterEach(() => {
  for (const room of rooms.splice(0)) room.close();
});

async function open(rung: Rung): Promise<Room> {
  const room = await openRoom(rung);
  rooms.push(room);
  return room;
}

/** Waits for the state, not for a time. */
const until = (holds: () => void): Promise<void> => vi.waitFor(holds, { timeout: 15_000, interval: 10 });

async function allOpen(...members: Member[]): Promise<void> {
  await until(() => {
    for (const { actor, link } of members)
      for (const other of members) if (other.actor !== actor) expect(link.peers).toContain(other.actor);
  });
}

async function pair(rung: Rung): Promise<{ room: Room; a: Member; b: Member }> {
  const room = await open(rung);
  const a = await room.join("performer");
  const b = await room.join("performer");
  await allOpen(a, b);
  return { room, a, b };
}

/** The deltas a member has heard, each with the actor that the link names and the number the author gave it. */
function deltas(member: Member): { actor: number; seq: number }[] {
  return member.heard.flatMap((heard) => {
    const delta = decoded(heard);
    return delta === null ? [] : [{ actor: heard.actor, seq: delta.seq }];
  });
}

function decoded({ actor, bytes }: Heard) {
  if (actor === 0 || (bytes[0] ?? 0) >> 4 !== FRAME.delta >> 4) return null;
  const result = decodeDelta(bytes, { actor, nowMs: 0, highestSeq: () => 0 });
  return result.ok ? result.value : null;
}

async function hears(member: Member, author: Author, seq: number): Promise<void> {
  await until(() => expect(deltas(member)).toContainEqual({ actor: author.actor, seq }));
}

describe.each<Rung>(["relay", "mesh", "sfu"])("the %s link", (rung) => {
  test("[LNK1] a broadcast reaches every open peer, attributed to its author", async () => {
    const room = await open(rung);
    const members = [
      await room.join("performer"),
      await room.join("performer"),
      await room.join("performer"),
    ];
    await allOpen(...members);
    for (const member of members)
      expect(member.link.broadcast("edits", authorOf(member).next())).toBe(rung === "mesh" ? 2 : 1);
    for (const member of members) {
      const others = members.filter((other) => other !== member).map(({ actor }) => ({ actor, seq: 1 }));
      await until(() => {
        for (const expected of others) expect(deltas(member)).toContainEqual(expected);
      });
      expect(deltas(member)).toHaveLength(2);
    }
  });

  test("[LNK2] what was sent arrives unchanged, whatever its size", async () => {
    const { a, b } = await pair(rung);
    const author = authorOf(a);
    for (let notes = 1; notes <= 128; notes *= 2) {
      const bytes = author.next(notes);
      expect(a.link.broadcast("edits", bytes)).toBe(1);
      await hears(b, author, author.seq);
      expect(b.heard.map(decoded).find((delta) => delta?.seq === author.seq)).toEqual(author.latest);
    }
  });

  test("[LNK3] a peer that comes late is connected with everybody", async () => {
    const { room, a, b } = await pair(rung);
    a.link.broadcast("edits", authorOf(a).next());
    await hears(b, authorOf(a), 1);
    const c = await room.join("performer");
    await allOpen(a, b, c);
    const author = authorOf(c);
    c.link.broadcast("edits", author.next());
    await Promise.all([hears(a, author, 1), hears(b, author, 1)]);
  });

  test("[LNK4] after close a link says nothing and sends nothing", async () => {
    const { room, a, b } = await pair(rung);
    const c = await room.join("performer");
    await allOpen(a, b, c);
    a.close();
    const [told, heard] = [a.told.length, a.heard.length];
    expect(a.link.broadcast("edits", authorOf(a).next())).toBe(0);
    expect(a.link.send(b.actor, "edits", authorOf(a).next())).toBe(false);
    expect(a.link.peers.size).toBe(0);
    b.link.broadcast("edits", authorOf(b).next());
    await hears(c, authorOf(b), 1);
    await until(() => expect(b.link.peers).not.toContain(a.actor));
    expect([a.told.length, a.heard.length]).toEqual([told, heard]);
    expect(deltas(b)).toEqual([]);
  });

  test("[LNK5] close may be called twice, and the others see it", async () => {
    const { room, a, b } = await pair(rung);
    const c = await room.join("performer");
    await allOpen(a, b, c);
    a.close();
    a.close();
    await until(() => {
      for (const other of [b, c]) expect(other.told).toContainEqual({ name: "closed", actor: a.actor });
    });
    expect(b.link.peers).toContain(c.actor);
  });

  test("[LNK6] open and closed come in pairs, and peers is what stands between them", async () => {
    const { room, a, b } = await pair(rung);
    const c = await room.join("performer");
    await allOpen(a, b, c);
    b.close();
    await until(() => expect(a.link.peers).not.toContain(b.actor));
    a.close();
    for (const member of [a, b])
      for (const actor of [a, b, c].map((other) => other.actor).filter((other) => other !== member.actor)) {
        const names = member.told.filter((event) => event.actor === actor).map(({ name }) => name);
        expect(names).toEqual(["open", "closed"]);
      }
    for (const { actor, told } of [a, b]) expect(told.map((event) => event.actor)).not.toContain(actor);
  });

  test("[LNK7] a listener's link sends nothing, and nobody hears of it", async () => {
    const { room, a, b } = await pair(rung);
    const listener = await room.join("listener");
    const author = authorOf(listener);
    if (rung !== "mesh") {
      await until(() => expect(listener.link.peers).toContain(a.actor));
      a.link.broadcast("edits", authorOf(a).next());
      await hears(listener, authorOf(a), 1);
    }
    expect(listener.link.broadcast("edits", author.next())).toBe(0);
    if (rung === "sfu") {
      await expect(listener.requests.request("createTransport", { direction: "send" })).rejects.toMatchObject(
        {
          code: "REFUSED",
        },
      );
    }
    // A modified client does not ask its link.
    listener.socket.sendFrame(author.next());
    a.link.broadcast("edits", authorOf(a).next());
    await hears(b, authorOf(a), authorOf(a).seq);
    expect(new Set(deltas(b).map(({ actor }) => actor))).toEqual(new Set([a.actor]));
    if (rung === "mesh") expect([...a.link.peers, ...b.link.peers]).not.toContain(listener.actor);
  });

  test("[LNK8] what is too large, or empty, is refused", async () => {
    const { a, b } = await pair(rung);
    const limit = rung === "relay" ? LIMITS.clientFrameBytes : LIMITS.datagramBytes;
    const large = new Uint8Array(limit + 1).fill(FRAME.delta);
    for (const bytes of [large, new Uint8Array(0)]) {
      expect(a.link.broadcast("edits", bytes)).toBe(0);
      expect(a.link.send(b.actor, "edits", bytes)).toBe(false);
    }
    const author = authorOf(a);
    a.link.broadcast("edits", author.next());
    await hears(b, author, 1);
    expect(deltas(b)).toHaveLength(1);
  });

  test("[LNK9] send reaches one peer alone, or is false where the link only fans out", async () => {
    const { room, a, b } = await pair(rung);
    const c = await room.join("performer");
    await allOpen(a, b, c);
    const author = authorOf(a);
    expect(a.link.send(b.actor, "edits", author.next())).toBe(rung === "mesh");
    expect(a.link.send(999_999, "edits", author.next())).toBe(false);
    if (rung !== "mesh") return;
    await hears(b, author, 1);
    a.link.broadcast("edits", author.next());
    await hears(c, author, 3);
    expect(deltas(c)).toEqual([{ actor: a.actor, seq: 3 }]);
  });

  test("[LNK10] garbage of a peer harms nobody else", async () => {
    const { room, a, b } = await pair(rung);
    const c = await room.join("performer");
    await allOpen(a, b, c);
    garble(c, a);
    const author = authorOf(a);
    a.link.broadcast("edits", author.next());
    await hears(b, author, 1);
    expect(deltas(b)).toEqual([{ actor: a.actor, seq: 1 }]);
    expect(a.link.peers).toContain(b.actor);
  });
});

/** Everything wrong that `from` can do to `to`, by way of the link and round it. */
function garble(from: Member, to: Member): void {
  const junk = [[FRAME.delta], [0x1f, 0xff, 0xff, 0xff], [FRAME.have, 9], [0x77], [0xff, 0, 0, 1]];
  for (const bytes of junk)
    for (const channel of ["edits", "live"] as const) from.link.broadcast(channel, Uint8Array.from(bytes));
  if (from.link instanceof MeshLink) {
    for (const data of [
      { type: "offer", session: 1, sdp: "not an SDP" },
      { type: "answer", session: 1, sdp: "" },
      { type: "candidate", session: 1, candidate: { candidate: "nonsense" } },
      { type: "bye", session: 123 },
      { type: "renegotiate", renegotiate: true },
      {},
    ])
      from.socket.send({ type: "signal", to: to.actor, data });
    for (const data of [null, "text", 5, [], { type: "offer" }])
      (to.link as MeshLink).handleSignal(from.actor, data);
  }
  if (to.link instanceof SfuLink) {
    to.link.handleDataProducer(from.actor, "no such producer");
    to.link.handleLeft(999_999);
  }
  if (from.link.rung === "relay") from.socket.sendFrame(new Uint8Array(60_000).fill(0x1f));
}

describe.each<Rung>(["mesh", "sfu"])("the %s link, which carries datagrams", (rung) => {
  test("[LNK11] any bytes from 1 to 1,100 arrive as they were, on the channel they were sent on", async () => {
    const { a, b } = await pair(rung);
    for (const size of [1, 2, 3, 64, 255, 256, 1_000, LIMITS.datagramBytes - 1, LIMITS.datagramBytes])
      for (const [channel, first] of [
        ["edits", FRAME.probe],
        ["live", 0x50],
      ] as const) {
        const bytes = Uint8Array.from({ length: size }, (_, index) =>
          index === 0 ? first : (index * 31) & 0xff,
        );
        expect(a.link.broadcast(channel, bytes)).toBe(1);
        await until(() => expect(b.heard).toContainEqual({ actor: a.actor, channel, bytes }));
      }
    expect(b.heard).toHaveLength(18);
  });

  test("[LNK12] a second link of the same actor finds everybody again, whichever of the two makes it", async () => {
    const { a, b } = await pair(rung);
    for (const [member, other] of [
      [a, b],
      [b, a],
    ] as const) {
      member.close();
      await until(() => expect(other.link.peers).not.toContain(member.actor));
      member.reopen();
      await allOpen(a, b);
      const author = authorOf(member);
      member.link.broadcast("edits", author.next());
      await hears(other, author, author.seq);
    }
  });
});

describe("an SFU link", () => {
  test("[SFL1] whose room was reset makes itself anew", async () => {
    const { a, b } = await pair("sfu");
    (a.link as SfuLink).reset(0);
    expect(a.link.peers.size).toBe(0);
    await until(() => expect(b.told).toContainEqual({ name: "closed", actor: a.actor }));
    await allOpen(a, b);
    a.link.broadcast("edits", authorOf(a).next());
    await hears(b, authorOf(a), 1);
  });

  test("[SFL2] whose transport the server has ended comes back by itself", async () => {
    const { a, b } = await pair("sfu");
    // A transport of the same direction takes the older one's place.
    await a.requests.request("createTransport", { direction: "send" });
    await until(() => expect(a.told).toContainEqual({ name: "closed", actor: b.actor }));
    await allOpen(a, b);
    a.link.broadcast("edits", authorOf(a).next());
    await hears(b, authorOf(a), 1);
  });

  test("[SFL4] that looks for its way anew keeps its session, and finds whom it has not been told of", async () => {
    const room = await open("sfu");
    const a = await room.join("performer");
    const link = a.link as SfuLink;
    await until(() => expect(link.ready).toBe(true));
    const { session } = link;
    const fragments = async (): Promise<readonly string[]> => {
      const reports = await Promise.all((session?.transports ?? []).map((each) => each.getStats()));
      const candidates = reports.map((report) =>
        [...(report as Map<string, Record<string, unknown>>).values()].filter(
          ({ type }) => type === "local-candidate",
        ),
      );
      return candidates.flatMap((of) =>
        String(of.map((each) => String(each["usernameFragment"])).toSorted()),
      );
    };
    const before = await fragments();
    expect(before).toHaveLength(2);
    // As while the socket is away.
    a.isDeaf = true;
    const b = await room.join("performer");
    await until(() => expect(b.link.peers).toContain(a.actor));
    await until(() => expect((b.link as SfuLink).ready).toBe(true));
    expect(link.peers.size).toBe(0);
    link.refresh();
    await until(() => expect(link.peers).toContain(b.actor));
    await vi.waitFor(
      async () => {
        for (const [index, fragment] of (await fragments()).entries())
          expect(fragment).not.toBe(before[index]);
      },
      { timeout: 15_000 },
    );
    for (const [member, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const author = authorOf(member);
      member.link.broadcast("edits", author.next());
      await hears(other, author, author.seq);
    }
    expect(link.session).toBe(session);
    expect(b.told).toEqual([{ name: "open", actor: a.actor }]);
  });

  test("[SFL5] that looks for its way anew where the server has no such transport makes itself anew", async () => {
    const { a, b } = await pair("sfu");
    const link = a.link as SfuLink;
    const { session } = link;
    await a.requests.request("createTransport", { direction: "recv" });
    link.refresh();
    await until(() => expect(link.session).not.toBe(session));
    await allOpen(a, b);
  });

  test("[SFL3] is ready when its own producers are open, with nobody there to hear them", async () => {
    const room = await open("sfu");
    const { link } = await room.join("performer");
    await until(() => expect((link as SfuLink).ready).toBe(true));
    expect(link.peers.size).toBe(0);
    link.close();
    expect((link as SfuLink).ready).toBe(false);
  });
});
