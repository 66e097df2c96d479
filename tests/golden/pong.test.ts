/** Pongs as each minor version wrote them: every later version of this major still reads them. */
import { expect, test } from "vitest";
import { decodePong, encodePong } from "#shared/protocol/frames.ts";

const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

const BODY = "310102efbeadde000000000000f83f000000000000004078563412";
const PONG = { id: 0x0201, clockEpoch: 0xdeadbeef, received: 1.5, sent: 2, tip: 0x12345678 };

test("[COD12] a pong of 1.0 is read as one of a server that does not say how late it comes", () => {
  expect(decodePong(bytes(BODY))).toEqual({ ...PONG, serverDelay: 0 });
});

test("[COD12] a pong of 1.1 says how late the server comes, and a longer one is read as far as it is known", () => {
  const pong = { ...PONG, serverDelay: 0.0123 };
  expect(encodePong(pong)).toEqual(bytes(`${BODY}7b00`));
  expect(decodePong(bytes(`${BODY}7b00`))).toEqual(pong);
  expect(decodePong(bytes(`${BODY}7b00ff`))).toEqual(pong);
  expect(encodePong({ ...PONG, serverDelay: 60 }).slice(-2)).toEqual(bytes("ffff"));
});

test("[COD12] a pong cut short is none", () => {
  for (let length = 0; length < 27; length++) expect(decodePong(bytes(BODY).subarray(0, length))).toBeNull();
});
