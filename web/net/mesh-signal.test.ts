import fc from "fast-check";
import { expect, test } from "vitest";
import { parseMeshSignal } from "./mesh-signal.ts";

test("[MSH1] the parser is total: anything gives a signal or null", () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const signal = parseMeshSignal(value);
      expect(signal === null || Number.isInteger(signal.session)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test("[MSH1] each kind of signal survives the parser", () => {
  for (const signal of [
    { type: "offer", session: 1, sdp: "v=0" },
    { type: "answer", session: 0xffff_ffff, sdp: "v=0" },
    { type: "candidate", session: 0, candidate: { candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0 } },
    { type: "bye", session: 5 },
  ])
    expect(parseMeshSignal(signal)).toEqual(signal);
});

test("[MSH1] what simple-peer would take for a command of its own is not a signal", () => {
  for (const value of [
    { type: "renegotiate", renegotiate: true, session: 1 },
    { type: "transceiverRequest", transceiverRequest: { kind: "audio" }, session: 1 },
    { type: "offer", sdp: "v=0" },
    { type: "offer", session: 1, sdp: "x".repeat(60_001) },
  ])
    expect(parseMeshSignal(value)).toBeNull();
});
