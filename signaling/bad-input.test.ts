/** Over real sockets: messages that are too large, too many, or nothing at all. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { ERRORS } from "#shared/protocol/errors.ts";
import { encodePing } from "#shared/protocol/frames.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { join, makeRoom, replicaOf } from "./test-client.ts";
import { serverForEachTest } from "./test-server.ts";

const house = serverForEachTest();

test("[BAD1] oversize and too frequent messages end their connection with the code", async () => {
  const { links } = await makeRoom(house.server.url);
  const big = (await join(house.server.url, links.performer)).client;
  big.send("x".repeat(LIMITS.clientTextBytes + 1));
  expect((await big.text("error")).code).toBe("OVERSIZE");
  expect(await big.closed()).toBe(ERRORS.OVERSIZE.close);
  const huge = (await join(house.server.url, links.performer)).client;
  huge.sendBinary(new Uint8Array(1_000_000));
  expect(await huge.closed()).toBe(1009);
  const fast = (await join(house.server.url, links.performer)).client;
  // So many that a machine with no time for reading them gives no leave for them meanwhile.
  for (let i = 0; i < 10 * LIMITS.binaryBurst; i++) fast.sendBinary(encodePing({ id: i }));
  expect((await fast.text("error")).code).toBe("RATE");
  expect(house.server.counters.get("errors.OVERSIZE")).toBe(2);
});

test("[BAD2] 2,000 arbitrary frames give typed errors, and harm nobody else", async () => {
  const { links } = await makeRoom(house.server.url);
  const ada = await join(house.server.url, links.performer);
  const codes = new Set<string>();
  const first = fc.constantFrom(0x10, 0x14, 0x1f, 0x20, 0x21, 0x30, 0x31, 0x40, 0x50, 0x99);
  const tail = fc.uint8Array({ maxLength: 60 });
  const frame = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(first, tail).map(([kind, rest]) => Uint8Array.of(kind, ...rest)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  );
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({
      type: fc.constantFrom("status", "signal", "sfu", "profile", "hello", "x"),
      to: fc.jsonValue(),
    }),
  );
  const messages = fc.sample(fc.oneof({ weight: 3, arbitrary: frame }, { weight: 1, arbitrary: text }), {
    numRuns: 2_000,
    seed: 7,
  });
  let eve = await join(house.server.url, links.listener);
  let sent = 0;
  for (const message of messages) {
    if (++sent % 100 === 0 || eve.client.socket.readyState !== 1)
      eve = await join(house.server.url, links.listener);
    if (message instanceof Uint8Array) eve.client.sendBinary(message);
    else eve.client.send(typeof message === "string" ? message : (JSON.stringify(message) ?? ""));
    if (await eve.client.answers()) continue;
    const error = eve.client
      .pending()
      .find((received) => "text" in received && received.text.type === "error");
    if (error && "text" in error && error.text.type === "error") codes.add(error.text.code);
  }
  expect([...codes].toSorted()).toEqual(["FORBIDDEN", "MALFORMED"]);
  expect(house.server.counters.get("errors.INTERNAL")).toBe(0);
  const late = await join(house.server.url, links.performer);
  expect(replicaOf(late.welcome, late.snapshot).document.digest()).toBe(
    replicaOf(ada.welcome, ada.snapshot).document.digest(),
  );
  expect(ada.client.socket.readyState).toBe(1);
}, 60_000);
