import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseStreamSignal } from "./stream-signal.ts";

test("[STR2] a signal of a stream names it, and is a question or one of a pair's", () => {
  expect(parseStreamSignal({ stream: "mix", type: "listen", session: 7 })).toEqual({
    kind: "mix",
    signal: { type: "listen", session: 7 },
  });
  expect(parseStreamSignal({ stream: "input", type: "bye", session: 7 })?.kind).toBe("input");
  expect(parseStreamSignal({ stream: "screen", type: "listen", session: 7 })).toBeNull();
  expect(parseStreamSignal({ stream: "mix", type: "listen", session: -1 })).toBeNull();
  expect(parseStreamSignal({ type: "bye", session: 7 })).toBeNull();
});

test("[STR2] anything gives a signal or null", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.anything()), (value) => {
      parseStreamSignal(value);
    }),
  );
});
