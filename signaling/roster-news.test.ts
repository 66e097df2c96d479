import { expect, test } from "vitest";
import type { Role, ServerMessage, Status } from "#shared/protocol/messages.ts";
import { EMPTY_MEMBERSHIP, Membership } from "#shared/room/membership.ts";
import { Outlets } from "./outlets.ts";
import { RosterNews } from "./roster-news.ts";
import { Page } from "./test-stage.ts";

const status = (rtt: number): Status => ({
  clock: { state: "locked", offset: 0, errorBound: 0.001, rtt },
  rung: "relay",
  direct: [],
  losing: false,
  sound: "on",
  renderAhead: 0,
});

function house() {
  const time = { now: 1_000 };
  const membership = new Membership(EMPTY_MEMBERSHIP, { performers: 8, listeners: 8 });
  membership.leaseAhead();
  membership.saved(membership.record());
  const outlets = new Outlets();
  let changes = 0;
  const crowd = { changed: () => void changes++ };
  const news = new RosterNews({ now: () => time.now, membership, outlets, crowd });
  const enter = (role: Role) => {
    const seat = membership.join({ role, member: null, actor: null, name: undefined, nowMs: 0 });
    if (!seat.ok) throw new Error(seat.error);
    const page = new Page();
    outlets.set(seat.value.actor, page);
    /** The types of what it was told since the last time. */
    const told = (): ServerMessage["type"][] => page.texts.splice(0).map(({ type }) => type);
    return { actor: seat.value.actor, told };
  };
  return { time, membership, news, enter, changes: () => changes };
}

test("[CRW3] how exactly a performer plays is news to who performs, and to the audience once a minute", () => {
  const { time, membership, news, enter } = house();
  const [ada, ben, eve] = [enter("performer"), enter("performer"), enter("listener")];
  const say = (rtt: number) => {
    membership.setStatus(ada.actor, status(rtt));
    news.handleStatus(ada.actor);
    return [ada.told(), ben.told(), eve.told()];
  };
  expect(say(0.01)).toEqual([[], ["peer"], ["peer"]]);
  time.now += 2;
  expect(say(0.2)).toEqual([[], ["peer"], []]);
  time.now += 60;
  expect(say(0.3)).toEqual([[], ["peer"], ["peer"]]);
});

test("[LST1] who listens is known to themselves alone, and counted when they come, change and go", () => {
  const { news, enter, changes } = house();
  const [ada, eve] = [enter("performer"), enter("listener")];
  news.tell(eve.actor, { self: false });
  expect([ada.told(), eve.told()]).toEqual([[], []]);
  news.tell(eve.actor, { self: true });
  expect([ada.told(), eve.told()]).toEqual([[], ["peer"]]);
  news.handleStatus(eve.actor);
  news.tellLeft(eve.actor, "listener");
  expect(ada.told()).toEqual([]);
  expect(changes()).toBe(4);
  news.tellLeft(ada.actor, "performer");
  expect(eve.told()).toEqual(["left"]);
});
