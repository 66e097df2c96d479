/** Pings and pongs as each minor version wrote them: every later version of this major still reads them. */
import { expect, test } from "vitest";
import { decodePing, decodePong, encodePing, encodePong } from "#shared/protocol/frames.ts";

const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

const BODY = "310102efbeadde000000000000f83f000000000000004078563412";
const PONG = { id: 0x0201, clockEpoch: 0xdeadbeef, received: 1.5, sent: 2, tip: 0x12345678 };

test("[COD12] a pong of 1.0 is read as one of a server that does not say how late it comes", () => {
  expect(decodePong(bytes(BODY))).toEqual({ ...PONG, serverDelay: 0 });
});

test("[COD12] a pong of 1.1 says how late the server comes and what it heard, and a longer one is read as far as it is known", () => {
  const pong = { ...PONG, serverDelay: 0.0123, heard: 0x0506 };
  expect(encodePong(pong)).toEqual(bytes(`${BODY}7b000605`));
  expect(decodePong(bytes(`${BODY}7b000605`))).toEqual(pong);
  expect(decodePong(bytes(`${BODY}7b000605ff`))).toEqual(pong);
  expect(encodePong({ ...PONG, serverDelay: 60 }).slice(-4)).toEqual(bytes("ffff0000"));
});

test("[COD12] a pong cut short is none", () => {
  for (let length = 0; length < 27; length++) expect(decodePong(bytes(BODY).subarray(0, length))).toBeNull();
});

test("[COD12] a ping of 1.0 says nothing of the document, one of 1.1 its vector's hash and its digest", () => {
  const ping = { id: 0x0201, state: { tip: 0x12345678, digest: 0x9abcdef0 } };
  expect(decodePing(bytes("300102"))).toEqual({ id: 0x0201 });
  expect(encodePing({ id: 0x0201 })).toEqual(bytes("300102"));
  expect(encodePing(ping)).toEqual(bytes("30010278563412f0debc9a"));
  expect(decodePing(bytes("30010278563412f0debc9a"))).toEqual(ping);
  expect(decodePing(bytes("30010278563412f0debc9aff"))).toEqual(ping);
  for (const none of ["", "30", "3001", "310102"]) expect(decodePing(bytes(none))).toBeNull();
});
