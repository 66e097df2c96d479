import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ERRORS, type ErrorCode } from "#shared/protocol/errors.ts";
import { encodePing, encodePong, PROBE } from "#shared/protocol/frames.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { VERSION } from "#shared/protocol/version.ts";
import { zeroCounters } from "./counters.ts";
import { FakeWebSocket, fakeWelcome } from "./fake-web-socket.ts";
import { parseServerMessage, SignalingSocket } from "./signaling-socket.ts";

const PONG = encodePong({ id: 1, clockEpoch: 7, received: 1, sent: 1, tip: 0, serverDelay: 0 });

function setup(random: () => number = () => 0.5) {
  const sockets: FakeWebSocket[] = [];
  const counters = zeroCounters();
  const socket = new SignalingSocket({
    url: "ws://test/ws",
    token: "token",
    counters,
    random,
    openWebSocket: () => {
      const made = new FakeWebSocket();
      sockets.push(made);
      return made;
    },
  });
  const events: string[] = [];
  for (const name of ["open", "closed", "welcome", "message", "frame", "ended"] as const)
    socket.on(name, (event) =>
      events.push(name === "ended" ? `ended ${(event as { code: string }).code}` : name),
    );
  const latest = (): FakeWebSocket => {
    const last = sockets.at(-1);
    if (last === undefined) throw new Error("nothing was dialled");
    return last;
  };
  const enter = (actor = 3) => {
    latest().open();
    latest().deliver(fakeWelcome(actor));
  };
  return { socket, sockets, counters, events, latest, enter };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("[DLV28] sent away for its stamps, a page comes back as somebody new", () => {
  for (const sentAway of [
    (socket: FakeWebSocket) => socket.deliver({ type: "error", code: "STAMP_AHEAD", message: "" }),
    (socket: FakeWebSocket) => socket.drop(ERRORS.STAMP_AHEAD.close),
  ]) {
    const { socket, latest, enter } = setup();
    const ahead: null[] = [];
    socket.on("stampAhead", (event) => ahead.push(event));
    socket.connect();
    enter();
    sentAway(latest());
    vi.advanceTimersByTime(500);
    latest().open();
    expect(ahead).toHaveLength(1);
    expect(latest().messages[0]).toHaveProperty("memberKey");
    expect(latest().messages[0]).not.toHaveProperty("resume");
  }
});

describe("greeting", () => {
  test("[NET1] the first message of a connection is hello, with version and token", () => {
    const { socket, latest } = setup();
    socket.connect();
    expect(latest().sent).toEqual([]);
    latest().open();
    expect(latest().messages).toEqual([{ type: "hello", ...VERSION, token: "token" }]);
  });

  test("[NET1] nothing else goes out before the welcome", () => {
    const { socket, latest } = setup();
    expect(socket.send({ type: "profile", name: "A" })).toBe(false);
    socket.connect();
    latest().open();
    expect(socket.send({ type: "profile", name: "A" })).toBe(false);
    expect(socket.sendFrame(encodePing({ id: 1 }))).toBe(false);
    expect(latest().sent).toHaveLength(1);
    latest().deliver(fakeWelcome(3));
    expect(socket.send({ type: "profile", name: "A" })).toBe(true);
    expect(latest().messages[1]).toEqual({ type: "profile", name: "A" });
  });

  test("[NET2] after a gap it comes back as the same member and the same actor", () => {
    const { socket, sockets, latest, enter } = setup();
    socket.connect();
    enter(3);
    latest().drop();
    vi.runOnlyPendingTimers();
    expect(sockets).toHaveLength(2);
    latest().open();
    expect(latest().messages[0]).toMatchObject({
      type: "hello",
      memberKey: "member-key-3",
      resume: { actor: 3, actorKey: "actor-key-3" },
    });
  });

  test("[NET3] no welcome within 8 s: it lets go and dials again", () => {
    const { socket, sockets, latest } = setup();
    socket.connect();
    latest().open();
    vi.advanceTimersByTime(8_000);
    expect(sockets[0]?.closes).toBe(1);
    expect(socket.phase).toBe("waiting");
    vi.advanceTimersByTime(500);
    expect(sockets).toHaveLength(2);
  });
});

describe("coming back", () => {
  test("[NET4] waits start between 200 and 500 ms, never pass 5 s, and begin anew after 5 s of connection", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (chance) => {
        const { socket, latest, enter } = setup(() => chance);
        const waits: (number | null)[] = [];
        socket.on("closed", ({ retryMs }) => waits.push(retryMs));
        socket.connect();
        for (let round = 0; round < 8; round++) {
          latest().open();
          latest().drop();
          vi.runOnlyPendingTimers();
        }
        enter();
        vi.advanceTimersByTime(5_000);
        latest().drop();
        socket.close();
        expect(waits[0]).toBeGreaterThanOrEqual(200);
        expect(waits[0]).toBeLessThanOrEqual(500);
        expect(waits[7]).toBeGreaterThanOrEqual(2_000);
        expect(Math.max(...waits.map(Number))).toBeLessThanOrEqual(5_000);
        expect(waits.at(-1)).toBe(waits[0]);
      }),
      { numRuns: 50 },
    );
  });

  test("[NET5] a server that says retry is left at once and dialled again after exactly that time", () => {
    const { socket, sockets, latest, enter } = setup();
    socket.connect();
    enter();
    latest().deliver({ type: "retry", afterMs: 1_700 });
    expect(sockets[0]?.closes).toBe(1);
    vi.advanceTimersByTime(1_699);
    expect(sockets).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(sockets).toHaveLength(2);
  });

  test("[NET6] it ends for good on exactly the errors that trying again cannot help", () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[])
      for (const by of ["message", "close code"]) {
        const { socket, events, latest, enter } = setup();
        socket.connect();
        enter();
        if (by === "message") latest().deliver({ type: "error", code, message: "" });
        else latest().drop(ERRORS[code].close);
        expect(socket.phase).toBe(ERRORS[code].retry ? "waiting" : "ended");
        expect(events.includes(`ended ${code}`)).toBe(!ERRORS[code].retry);
        socket.close();
      }
  });

  test("[NET6] an error of a newer server's is tried again", () => {
    const { socket, latest, enter } = setup();
    socket.connect();
    enter();
    latest().deliver({ type: "error", code: "toString", message: "" });
    expect(socket.phase).toBe("waiting");
    socket.close();
  });

  test("[NET7] connect() while it waits dials at once", () => {
    const { socket, sockets, latest, enter } = setup();
    socket.connect();
    enter();
    latest().drop();
    socket.connect();
    expect(sockets).toHaveLength(2);
    socket.connect();
    expect(sockets).toHaveLength(2);
    vi.advanceTimersByTime(600);
    expect(sockets).toHaveLength(2);
  });
});

describe("silence", () => {
  test("[NET8] a ping that nothing follows for 6 s means a dead connection", () => {
    const { socket, sockets, enter } = setup();
    socket.connect();
    enter();
    socket.sendFrame(encodePing({ id: 1 }));
    vi.advanceTimersByTime(3_000);
    socket.sendFrame(encodePing({ id: 2 }));
    vi.advanceTimersByTime(2_999);
    expect(socket.phase).toBe("ready");
    vi.advanceTimersByTime(1);
    expect(socket.phase).toBe("waiting");
    expect(sockets[0]?.closes).toBe(1);
  });

  test("[NET8] whatever is heard ends the suspicion, and without pings there is none", () => {
    const { socket, latest, enter } = setup();
    socket.connect();
    enter();
    vi.advanceTimersByTime(60_000);
    socket.sendFrame(encodePing({ id: 1 }));
    latest().deliver(PONG);
    vi.advanceTimersByTime(60_000);
    expect(socket.phase).toBe("ready");
  });
});

describe("what comes and goes", () => {
  test("[NET9] garbage is counted and harms nothing", () => {
    const { socket, counters, events, latest, enter } = setup();
    socket.connect();
    enter();
    const before = events.length;
    for (const text of ["", "{", "null", "[]", '{"type":"nonsense"}', '{"type":"left","actor":-1}'])
      latest().deliver(text);
    latest().deliver(new Uint8Array(0));
    latest().deliver(new Uint8Array(LIMITS.snapshotBytes + 1));
    latest().deliver(fakeWelcome(4));
    expect(counters.rejected).toBe(9);
    expect(events).toHaveLength(before);
    expect(socket.phase).toBe("ready");
  });

  test("[NET9] the parser is total over arbitrary text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const message = parseServerMessage(text);
        expect(message === null || typeof message.type === "string").toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test("[NET10] what passes is counted by kind", () => {
    const { socket, counters, latest, enter } = setup();
    socket.connect();
    enter();
    const delta = Uint8Array.of(0x10, 1, 2, 3);
    socket.sendFrame(encodePing({ id: 1 }));
    socket.sendFrame(delta);
    socket.sendFrame(delta, "datagrams");
    socket.sendFrame(Uint8Array.of(0x20));
    latest().deliver(PONG);
    latest().deliver(delta);
    latest().deliver(Uint8Array.of(0x40));
    latest().deliver({ type: "left", actor: 9 });
    expect(counters.sent).toMatchObject({
      clock: 1,
      journal: 1,
      datagrams: 1,
      acks: 1,
      control: 1,
      edits: 0,
    });
    expect(counters.received).toMatchObject({ clock: 1, datagrams: 1, repair: 1, control: 2, edits: 0 });
  });

  test("[NET11] a frame over the limit, or into a network that has stopped, is refused", () => {
    const { socket, latest, enter } = setup();
    socket.connect();
    enter();
    expect(socket.sendFrame(new Uint8Array(LIMITS.clientFrameBytes + 1))).toBe(false);
    latest().bufferedAmount = 2_000_000;
    expect(socket.bufferedAmount).toBe(2_000_000);
    expect(socket.sendFrame(PROBE)).toBe(false);
    latest().bufferedAmount = 0;
    expect(socket.sendFrame(PROBE)).toBe(true);
  });
});

describe("the end", () => {
  test("[NET12] open and closed come in pairs, also where the welcome never came", () => {
    const { socket, events, latest, enter } = setup();
    socket.connect();
    latest().drop();
    vi.runOnlyPendingTimers();
    latest().open();
    latest().drop();
    vi.runOnlyPendingTimers();
    enter();
    socket.close();
    expect(events).toEqual(["open", "closed", "open", "welcome", "closed"]);
  });

  test("[NET13] close is idempotent, leaves no timer and no handler, and is followed by silence", () => {
    for (const phase of ["idle", "greeting", "ready", "waiting", "ended"] as const) {
      const { socket, sockets, events, latest, enter } = setup();
      if (phase !== "idle") socket.connect();
      if (phase === "ready" || phase === "waiting" || phase === "ended") {
        enter();
        socket.sendFrame(encodePing({ id: 1 }));
      }
      if (phase === "waiting") latest().drop();
      if (phase === "ended") latest().drop(ERRORS.TOKEN_INVALID.close);
      expect(socket.phase).toBe(phase);
      socket.close();
      socket.close();
      socket.connect();
      const after = events.length;
      for (const made of sockets) {
        made.open();
        made.deliver(PONG);
        made.drop();
      }
      expect(events).toHaveLength(after);
      expect(vi.getTimerCount()).toBe(0);
      expect(socket.phase).toBe("closed");
      expect(socket.sendFrame(PROBE)).toBe(false);
    }
  });
});
