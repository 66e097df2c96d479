import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Facts, firstFacts, isSymmetric, type SeenCandidate, withoutServer } from "./facts.ts";
import { isDone, lines, meaning, report } from "./words.ts";

const PAGE = { secure: true, isolated: true, worklet: true, rtc: true } as const;
const reached = (at: string) => ({ found: "yes" as const, at, rtt: 0.012 });
const ALL: Facts = {
  ...firstFacts(PAGE),
  server: { found: "yes", rtt: 0.003, wait: 0 },
  sfu: "here",
  udp: reached("203.0.113.7:7701"),
  tcp: reached("203.0.113.7:7701"),
  stun: "yes",
  turnUdp: "yes",
  turnTcp: "yes",
  ownUdp: "yes",
};
const MISSING = { found: "no" as const, at: "203.0.113.7:7701", rtt: null };
const NO_UDP: Facts = { ...ALL, udp: MISSING, stun: "no", turnUdp: "no", ownUdp: "no" };

describe("[CHK10] what it means for a jam", () => {
  test.each<[string, Facts]>([
    ["Edits will go directly between you, and with many people through the SFU.", ALL],
    [
      "Edits will go directly between you, and with many people through the SFU over TCP: it works, a little slower.",
      { ...ALL, udp: MISSING },
    ],
    [
      "Edits will go directly between you, else only through the server.",
      { ...ALL, udp: MISSING, tcp: MISSING },
    ],
    [
      "Edits will go through the TURN server, and with many people through the SFU over TCP: it works, a little slower.",
      NO_UDP,
    ],
    [
      "Edits will go through the SFU over TCP: it works, a little slower.",
      { ...NO_UDP, turnUdp: "unset", turnTcp: "unset" },
    ],
    [
      "Edits will go only through the server: it works, a little slower.",
      { ...NO_UDP, turnUdp: "unset", turnTcp: "no", tcp: MISSING },
    ],
    [
      "Edits will go through the TURN server, and with many people through the SFU.",
      { ...ALL, symmetric: true },
    ],
    [
      "From here nobody can join a jam: the server is not reached.",
      withoutServer({ ...firstFacts(PAGE), server: { found: "no", rtt: null, wait: 0 } }),
    ],
  ])("[CHK10] %s", (sentence, facts) => expect(meaning(facts)).toBe(sentence));

  test("[CHK10] nothing is claimed before all is known, nor of a server that takes no check now", () => {
    expect(meaning(firstFacts(PAGE))).toBeNull();
    const busy = withoutServer({ ...firstFacts(PAGE), server: { found: "busy", rtt: null, wait: 7 } });
    expect(isDone(busy)).toBe(true);
    expect(meaning(busy)).toBeNull();
    expect(lines(busy).some(({ advice }) => advice === "Run it again in 7 seconds.")).toBe(true);
  });
});

test("[CHK10] whatever is found, each line is a sentence, one that fails says what to do, and it comes to an end", () => {
  const asked = fc.constantFrom("asking", "yes", "no", "unknown", "unset" as const);
  const found = fc.constantFrom("asking", "yes", "no", "unknown" as const);
  const end = fc.record({ found, at: fc.constant("[2001:db8::7]:7701"), rtt: fc.constantFrom(null, 0.2) });
  const facts = fc.record({
    secure: fc.boolean(),
    isolated: fc.boolean(),
    worklet: fc.boolean(),
    rtc: fc.boolean(),
    server: fc.record({
      found: fc.constantFrom("asking", "yes", "no", "unknown", "busy" as const),
      rtt: fc.constantFrom(null, 0.01),
      wait: fc.nat(60),
    }),
    sfu: fc.constantFrom("here", "none", "down", null),
    udp: end,
    tcp: end,
    stun: asked,
    turnUdp: asked,
    turnTcp: asked,
    ownUdp: found,
    symmetric: fc.boolean(),
  });
  fc.assert(
    fc.property(facts, (any) => {
      for (const { sign, sentence, advice } of lines(any as Facts)) {
        expect(sentence).toMatch(/^[A-Z].*\.$/);
        if (sign === "fails") expect(advice).toMatch(/^[A-Z].*\.$/);
      }
      const settled = withoutServer({ ...(any as Facts), server: { found: "no", rtt: null, wait: 0 } });
      expect(isDone(settled)).toBe(true);
    }),
  );
});

test("[CHK11] the report is the lines in plain text, with what to do", () => {
  const text = report(NO_UDP, { origin: "https://jam.example.org", browser: "Browser/1.0" });
  expect(text).toContain("https://jam.example.org\nBrowser/1.0\n");
  expect(text).toContain("[works] The server answers by WebSocket in 3 ms.\n");
  expect(text).toContain("[does not work] UDP does not reach the SFU at 203.0.113.7:7701.\n    A firewall");
  expect(text.trimEnd().endsWith(meaning(NO_UDP) ?? "")).toBe(true);
});

describe("[CHK12] a network that shows another port to everybody", () => {
  const host: SeenCandidate = { type: "host", protocol: "udp", address: "a.local", port: 5, relatedPort: 0 };
  const seen = (port: number, relatedPort: number): SeenCandidate => ({
    type: "srflx",
    protocol: "udp",
    address: "198.51.100.1",
    port,
    relatedPort,
  });
  test("[CHK12] is told by one socket under two ports", () => {
    expect(isSymmetric([host, host, seen(1, 9), seen(2, 9)])).toBe(true);
    expect(isSymmetric([host, seen(1, 0), seen(2, 0)])).toBe(true);
  });
  test("[CHK12] and never guessed from sockets that may be two", () => {
    expect(isSymmetric([host, host, seen(1, 0), seen(2, 0)])).toBe(false);
    expect(isSymmetric([host, seen(1, 8), seen(2, 9)])).toBe(false);
    expect(isSymmetric([host, seen(1, 9)])).toBe(false);
    expect(isSymmetric([])).toBe(false);
  });
});
