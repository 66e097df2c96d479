import { expect, test } from "vitest";
import type { Connection } from "../connection.ts";
import { MUSIC } from "./opus.ts";
import { Outgoing } from "./outgoing.ts";

/** A session of which a test says when a producer is made. */
class Session {
  readonly open = new Set<string>();
  readonly transports = [
    {
      direction: "send",
      id: "t",
      on: () => undefined,
      produce: ({ track }: { track: string }) =>
        new Promise((resolve) => {
          this.#waiting.push(() => {
            this.open.add(track);
            resolve({ close: () => this.open.delete(track), setRtpEncodingParameters: async () => {} });
          });
        }),
    },
  ];
  #waiting: (() => void)[] = [];

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Everything that waits is made, also what comes of that. */
  async settle(): Promise<void> {
    do {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const make of waiting) make();
      await new Promise(setImmediate);
    } while (this.#waiting.length > 0);
  }
}

function stage() {
  const asked: string[] = [];
  const sound = {
    socket: { send: () => true },
    request: async (method: string) => {
      asked.push(method);
      return {};
    },
    peers: new Map(),
    way: { rung: "sfu", session: new Session() as Session | null },
  };
  const connection = { sound, welcome: null } as unknown as Connection;
  return { sound, asked, outgoing: new Outgoing(connection) };
}

const track = (name: string) => name as unknown as MediaStreamTrack;

test("[STR17] starting and stopping faster than the SFU answers leaves what was asked for last, or nothing", async () => {
  const { sound, asked, outgoing } = stage();
  const session = sound.way.session!;
  outgoing.start("mix", track("first"), MUSIC);
  outgoing.stop("mix");
  outgoing.start("mix", track("second"), MUSIC);
  outgoing.start("mix", track("third"), MUSIC);
  // One at a time: the SFU takes one a kind.
  expect(session.waiting).toBe(1);
  await session.settle();
  expect([...session.open]).toEqual(["third"]);
  expect(asked).toEqual(["closeProducer"]);
  outgoing.start("mix", track("fourth"), MUSIC);
  outgoing.stop("mix");
  await session.settle();
  expect([...session.open]).toEqual([]);
  outgoing.close();
});

test("[STR17] what is sent goes over to another session, and nothing is sent where there is none", async () => {
  const { sound, outgoing } = stage();
  const first = sound.way.session!;
  outgoing.start("input", track("mine"), MUSIC);
  await first.settle();
  expect([...first.open]).toEqual(["mine"]);
  const second = new Session();
  sound.way.session = second;
  outgoing.turn();
  await second.settle();
  expect([...second.open]).toEqual(["mine"]);
  sound.way.session = null;
  outgoing.turn();
  expect(outgoing.hearers).toBe(0);
  outgoing.stop("input");
  outgoing.close();
});
