import { expect, test } from "vitest";
import type { Peer, Role } from "#shared/protocol/messages.ts";
import { isAnybodyDeaf } from "./deaf.ts";

const SELF = 1;
const peer = (actor: number, role: Role, direct: number[] | null): Peer => {
  const clock = { state: "locked", offset: 0, errorBound: 0, rtt: 0 } as const;
  const status = direct && { clock, rung: "sfu" as const, direct, sound: "on" as const, renderAhead: 0 };
  return { actor, member: actor, name: "", color: 0, role, status };
};
const self = peer(SELF, "performer", []);

test("[CRW9] an audience on the SFU makes nobody send their hands to the server; one without it does", () => {
  const audience = [self, peer(2, "performer", [SELF]), peer(3, "listener", null)];
  expect(isAnybodyDeaf(audience, SELF, "sfu")).toBe(false);
  for (const rung of ["mesh", "relay"] as const) expect(isAnybodyDeaf(audience, SELF, rung)).toBe(true);
});

test("a performer who has not said so is not heard to hear", () => {
  for (const direct of [null, [], [7]])
    expect(isAnybodyDeaf([self, peer(2, "leader", direct)], SELF, "sfu")).toBe(true);
  expect(isAnybodyDeaf([self, peer(2, "leader", [7, SELF])], SELF, "mesh")).toBe(false);
  expect(isAnybodyDeaf([self], SELF, "relay")).toBe(false);
});
