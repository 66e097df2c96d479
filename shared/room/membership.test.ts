import { describe, expect, test } from "vitest";
import type { Role, Status } from "../protocol/messages.ts";
import { EMPTY_MEMBERSHIP, type JoinRequest, Membership } from "./membership.ts";

const capacity = { performers: 16, listeners: 4 };

function room(limits = capacity): Membership {
  const membership = new Membership(EMPTY_MEMBERSHIP, limits);
  save(membership);
  return membership;
}

/** What the shell does: lease ahead, save, confirm. Gives back what would be on disk. */
function save(membership: Membership) {
  membership.leaseAhead();
  const record = membership.record();
  membership.saved(record);
  return record;
}

function join(membership: Membership, request: Partial<JoinRequest> = {}) {
  const joined = membership.join({
    role: "performer",
    member: null,
    actor: null,
    name: undefined,
    nowMs: 0,
    ...request,
  });
  if (!joined.ok) throw new Error(joined.error);
  return joined.value;
}

const status: Status = {
  clock: { state: "locked", offset: 0, errorBound: 0.001, rtt: 0.02 },
  rung: "relay",
  direct: [],
  sound: "on",
  renderAhead: 0.04,
};

describe("people", () => {
  test("[ROOM1] two tabs of one person are two actors and one member", () => {
    const membership = room();
    const first = join(membership, { name: "Ada" });
    const second = join(membership, { member: first.member });
    expect(second.member).toBe(first.member);
    expect(second.actor).not.toBe(first.actor);
    expect(membership.roster().map((peer) => peer.name)).toEqual(["Ada", "Ada"]);
  });

  test("[ROOM1] a member comes back after a restart under number, name and colour", () => {
    const before = room();
    const ada = join(before, { name: "Ada" });
    join(before, { name: "Ben" });
    const after = new Membership(save(before), capacity);
    save(after);
    const again = join(after, { member: ada.member });
    expect(after.peer(again.actor)).toMatchObject({ member: ada.member, name: "Ada", color: 0 });
  });

  test("[ROOM2] a connection that was lost goes on as the same actor", () => {
    const membership = room();
    const seat = join(membership);
    membership.leave(seat.actor, 5);
    expect(join(membership, { member: seat.member, actor: seat.actor }).actor).toBe(seat.actor);
    expect(membership.roster()).toHaveLength(1);
  });

  test("[ROOM3] an actor's number is never given to another, also after a crash", () => {
    const before = room();
    const disk = save(before);
    const used = Array.from({ length: 10 }, () => join(before).actor);
    const after = new Membership(disk, capacity);
    expect(after.mustWait).toBe(true);
    save(after);
    expect(used).not.toContain(join(after).actor);
  });

  test("[ROOM3] a clean ending gives unused numbers back", () => {
    const before = room();
    const last = join(before).actor;
    const after = new Membership(before.record({ final: true }), capacity);
    save(after);
    expect(join(after).actor).toBe(last + 1);
  });

  test("[ROOM6] writers are remembered when they have left", () => {
    const before = room();
    const ada = join(before, { name: "Ada" });
    before.wrote(ada.actor);
    before.leave(ada.actor, 1);
    const after = new Membership(before.record(), capacity);
    expect(after.authors()).toEqual([{ actor: ada.actor, member: ada.member, name: "Ada", color: 0 }]);
  });
});

describe("colours and names", () => {
  test("[ROOM4] colours are dealt first free, amber the last of the eight", () => {
    const membership = room();
    const colors = Array.from({ length: 9 }, () => membership.peer(join(membership).actor)?.color);
    expect(colors).toEqual([0, 2, 3, 4, 5, 6, 7, 1, 8]);
  });

  test("[ROOM4] a listener uses up no colour", () => {
    const membership = room();
    join(membership, { role: "listener" });
    expect(membership.peer(join(membership).actor)?.color).toBe(0);
  });

  test("[ROOM4] a colour somebody present wears is not taken", () => {
    const membership = room();
    const ada = join(membership);
    const ben = join(membership);
    membership.setProfile(ben.actor, { color: 0, name: "Ben" });
    expect(membership.peer(ben.actor)).toMatchObject({ name: "Ben", color: 2 });
    membership.leave(ada.actor, 1);
    membership.setProfile(ben.actor, { color: 0 });
    expect(membership.peer(ben.actor)?.color).toBe(0);
  });

  test("[ROOM4] who gives no name gets one that nobody has", () => {
    const membership = room();
    const names = Array.from({ length: 16 }, () => membership.peer(join(membership).actor)?.name);
    expect(new Set(names).size).toBe(16);
  });
});

describe("capacity", () => {
  const full = (role: Role, limits: typeof capacity) => {
    const membership = room(limits);
    const seat = join(membership, { role });
    const next = membership.join({ role, member: null, actor: null, name: undefined, nowMs: 0 });
    return { membership, seat, next };
  };

  test("[ROOM5] performers and listeners are counted apart", () => {
    const { membership, next } = full("performer", { performers: 1, listeners: 1 });
    expect(next).toEqual({ ok: false, error: "ROOM_FULL" });
    expect(join(membership, { role: "listener" }).role).toBe("listener");
  });

  test("[ROOM5] a full room lets back in who takes over an own connection", () => {
    const { membership, seat } = full("leader", { performers: 1, listeners: 0 });
    expect(join(membership, { role: "leader", member: seat.member, actor: seat.actor }).actor).toBe(
      seat.actor,
    );
  });
});

test("[ROOM8] the others hear of a peer at most once a second and only of news", () => {
  const membership = room();
  const { actor } = join(membership);
  expect(membership.takeNews(0)).toEqual([]);
  membership.setStatus(actor, status);
  expect(membership.takeNews(10)).toEqual([{ actor, forAudience: true }]);
  membership.setStatus(actor, { ...status, sound: status.sound === "on" ? "off" : "on" });
  expect(membership.takeNews(10.9)).toEqual([]);
  expect(membership.takeNews(11)).toEqual([{ actor, forAudience: true }]);
  expect(membership.takeNews(20)).toEqual([]);
});

test("[CRW3] how exactly somebody plays is told to an audience once a minute, and nobody hears how it listens", () => {
  const membership = room();
  const { actor } = join(membership);
  const listener = join(membership, { role: "listener" });
  const told: { performers: number; audience: number } = { performers: 0, audience: 0 };
  for (let now = 0; now < 120; now++) {
    const clock = { ...status.clock, offset: now / 1_000 };
    membership.setStatus(actor, { ...status, clock });
    membership.setStatus(listener.actor, { ...status, clock });
    for (const news of membership.takeNews(now)) {
      expect(news.actor).toBe(actor);
      told.performers += 1;
      told.audience += Number(news.forAudience);
    }
  }
  expect(told).toEqual({ performers: 120, audience: 2 });
  membership.setStatus(actor, { ...status, sound: "interrupted" });
  expect(membership.takeNews(120)).toEqual([{ actor, forAudience: true }]);
});

describe("who leads", () => {
  const roles = (membership: Membership) => membership.roster().map(({ role }) => role);

  test("[LEAD17] the lead goes from one member to another, in all their tabs, and outlives a restart", () => {
    const before = room();
    const ada = join(before, { role: "leader" });
    const ben = join(before);
    join(before, { member: ben.member });
    join(before, { member: ben.member, role: "listener" });
    expect(before.mayHandOver(ben.actor, ada.actor)).toBe(false);
    expect(before.mayHandOver(ben.actor, ben.actor)).toBe(false);
    expect(before.mayHandOver(ada.actor, ben.actor)).toBe(true);
    expect(before.handOver(ada.actor, ben.actor).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
    expect(roles(before)).toEqual(["performer", "leader", "leader", "listener"]);
    expect(before.isLed()).toBe(true);
    expect([before.isLed(ada.actor), before.isLed(ben.actor)]).toEqual([false, true]);
    const after = new Membership(save(before), capacity);
    save(after);
    expect(after.isLed()).toBe(false);
    join(after, { member: ben.member });
    join(after, { member: ada.member, role: "leader" });
    expect(roles(after)).toEqual(["leader", "performer"]);
  });

  test("[LEAD17] nobody is handed the lead who is not there, listens, or has it", () => {
    const membership = room();
    const ada = join(membership, { role: "leader" });
    const tab = join(membership, { role: "leader", member: ada.member });
    const eve = join(membership, { role: "listener" });
    for (const to of [tab.actor, eve.actor, 99]) expect(membership.mayHandOver(ada.actor, to)).toBe(false);
    expect(membership.mayHandOver(99, ada.actor)).toBe(false);
  });

  test("[LEAD19] who holds a leader's link takes the lead back from whoever was handed it", () => {
    const membership = room();
    const ada = join(membership, { role: "leader" });
    const ben = join(membership);
    const zoe = join(membership, { role: "leader" });
    membership.handOver(ada.actor, ben.actor);
    expect(roles(membership)).toEqual(["performer", "leader", "leader"]);
    expect(membership.mayHandOver(ada.actor, ada.actor)).toBe(true);
    membership.handOver(ada.actor, ada.actor);
    // A link is not taken from anybody.
    expect(roles(membership)).toEqual(["leader", "performer", "leader"]);
    expect(membership.mayHandOver(ben.actor, ben.actor)).toBe(false);
    expect(membership.mayHandOver(zoe.actor, zoe.actor)).toBe(true);
  });
});
