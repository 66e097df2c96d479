import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ProgrammeReception, SECTIONS } from "./programme-reception.ts";
import type { ReceiveOptions, ReceiveTransport } from "./receive-transport.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Opened {
  readonly options: ReceiveOptions;
  /** Whose stream is in each section. */
  readonly carried: (number | null)[];
  closed: boolean;
}

/** An SFU that has the programme of those in `senders`, and what is asked of it. */
function sfu(senders: Set<number>) {
  const opened: Opened[] = [];
  const asked: string[] = [];
  let isDown = false;
  const reception = new ProgrammeReception({
    request: async (method, params) => {
      asked.push(`${method} ${String(params["consumerId"])}`);
      return {};
    },
    random: () => 0.5,
    iceServers: () => [],
    changed: () => {},
    open: async (options) => {
      if (isDown) throw new Error("down");
      const one: Opened = { options, carried: Array.from({ length: SECTIONS }, () => null), closed: false };
      opened.push(one);
      // reason: what a reception asks of a connection, without a browser.
      return {
        receivers: one.carried.map(() => ({})),
        isConnected: true,
        consume: async (section: number, actor: number) => {
          if (!senders.has(actor)) throw new Error("NOT_FOUND");
          one.carried[section] = actor;
          return `of-${actor}`;
        },
        release: async (section: number) => void (one.carried[section] = null),
        restart: () => {},
        close: () => void (one.closed = true),
      } as unknown as ReceiveTransport;
    },
  });
  return { opened, asked, reception, setDown: (down: boolean) => (isDown = down) };
}

const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

test("[LST7] before any press the connection is there with both senders' streams, paused; the press resumes them", async () => {
  const { opened, asked, reception } = sfu(new Set([3, 5]));
  reception.setWanted([3, 5]);
  reception.setOpen(true);
  await settled();
  expect(opened[0]?.carried).toEqual([3, 5, null]);
  expect(reception.sections.map(({ isReady }) => isReady)).toEqual([true, true, false]);
  expect(asked).toEqual([]);
  reception.setHears(true);
  await settled();
  expect(asked).toEqual(["resume of-3", "resume of-5"]);
  reception.setHears(false);
  await settled();
  expect(asked.slice(2)).toEqual(["pause of-3", "pause of-5"]);
});

test("[LST7] who is named before they send is asked for again until they do, and heard at once if that was wished", async () => {
  const senders = new Set([3]);
  const { opened, asked, reception } = sfu(senders);
  reception.setOpen(true);
  reception.setHears(true);
  reception.setWanted([3, 5]);
  await settled();
  expect(opened[0]?.carried).toEqual([3, null, null]);
  senders.add(5);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(opened[0]?.carried).toEqual([3, 5, null]);
  expect(asked).toEqual(["resume of-3", "resume of-5"]);
});

test("[LST7] a sender who is not wanted any more leaves its section to the next", async () => {
  const { opened, reception } = sfu(new Set([3, 5, 7]));
  reception.setOpen(true);
  reception.setWanted([3, 5]);
  await settled();
  reception.setWanted([5, 7]);
  await settled();
  expect(opened[0]?.carried).toEqual([7, 5, null]);
});

test("[LST8] when the SFU is lost the page comes back by itself within some seconds, as it was", async () => {
  const { opened, asked, reception, setDown } = sfu(new Set([3]));
  reception.setOpen(true);
  reception.setHears(true);
  reception.setWanted([3]);
  await settled();
  setDown(true);
  reception.reset(3);
  expect(opened[0]?.closed).toBe(true);
  expect(reception.sections).toEqual([]);
  await vi.advanceTimersByTimeAsync(3_000);
  setDown(false);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(opened.at(-1)?.carried).toEqual([3, null, null]);
  expect(asked).toEqual(["resume of-3", "resume of-3"]);
  // The path breaks, and the server knows nothing of it.
  const before = opened.length;
  opened.at(-1)?.options.failed();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(opened.length).toBe(before + 1);
  expect(opened.at(-1)?.carried).toEqual([3, null, null]);
  reception.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(opened.length).toBe(before + 1);
});
