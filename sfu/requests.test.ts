import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Role, SfuMethod } from "#shared/protocol/messages.ts";
import { parseRequest } from "./requests.ts";

const produce = {
  transportId: "t",
  sctpStreamParameters: { streamId: 1, ordered: false, maxRetransmits: 0 },
  label: "edits",
};

describe("parseRequest", () => {
  test("[SFU3] a listener may receive and may not send", () => {
    expect(parseRequest("listener", "capabilities", {}).ok).toBe(true);
    expect(parseRequest("listener", "createTransport", { direction: "recv" }).ok).toBe(true);
    expect(parseRequest("listener", "consumeData", { transportId: "t", dataProducerId: "p" }).ok).toBe(true);
    expect(parseRequest("listener", "createTransport", { direction: "send" })).toEqual({
      ok: false,
      error: "FORBIDDEN",
    });
    expect(parseRequest("listener", "produceData", produce)).toEqual({ ok: false, error: "FORBIDDEN" });
  });

  test.each(["leader", "performer"] as const)("a %s may do both", (role) => {
    expect(parseRequest(role, "createTransport", { direction: "send" }).ok).toBe(true);
    expect(parseRequest(role, "produceData", produce).ok).toBe(true);
  });

  test("[SFU4] a data producer is unordered and never retransmits", () => {
    for (const reliability of [
      { ordered: true },
      { ordered: false, maxRetransmits: 3 },
      { ordered: false },
      {},
    ])
      expect(
        parseRequest("performer", "produceData", {
          ...produce,
          sctpStreamParameters: { streamId: 1, ...reliability },
        }),
      ).toEqual({ ok: false, error: "INVALID" });
  });

  test("only the channels of the protocol can be produced", () => {
    expect(parseRequest("performer", "produceData", { ...produce, label: "audio" }).ok).toBe(false);
  });

  test("DTLS parameters need a fingerprint that is one", () => {
    const connect = (fingerprints: unknown) =>
      parseRequest("performer", "connectTransport", { transportId: "t", dtlsParameters: { fingerprints } })
        .ok;
    expect(connect([{ algorithm: "sha-256", value: "AA:0b:FF" }])).toBe(true);
    expect(connect([{ algorithm: "sha-256", value: "not hex" }])).toBe(false);
    expect(connect([{ algorithm: "md5", value: "AA" }])).toBe(false);
    expect(connect([])).toBe(false);
  });

  test("is total: any parameters give a request or a code", () => {
    const anything = fc.dictionary(fc.string(), fc.anything());
    fc.assert(
      fc.property(
        fc.constantFrom(...Role.options),
        fc.constantFrom(...SfuMethod.options),
        anything,
        (role, method, params) => {
          const parsed = parseRequest(role, method, params);
          return parsed.ok || parsed.error === "INVALID" || parsed.error === "FORBIDDEN";
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
