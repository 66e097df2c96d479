import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ClientMessage } from "#shared/protocol/messages.ts";
import { Company } from "./company.ts";
import { REACTION_MS } from "./reactions.ts";
import type { Wire } from "./view.ts";

type Heard = Parameters<Parameters<Wire["on"]>[0]>[0];

const room = { sent: [] as ClientMessage[], said: [] as string[], online: true };
let hear: (message: Heard) => void = () => {};

function company(): Company {
  const wire: Wire = {
    on: (listener) => {
      hear = listener;
      return () => {};
    },
    send: (message) => room.online && room.sent.push(message) > 0,
    welcome: () => ({ room: "abc", actor: 1, member: 1, roomTime: 0 }) as ReturnType<Wire["welcome"]>,
    roomNow: () => 0,
    author: (actor) => (actor < 10 ? { name: `P${actor}`, color: actor } : null),
    say: (sentence) => void room.said.push(sentence),
  };
  const heard = () => ({ beat: 17, tempo: 120, running: true });
  return new Company({ wire, player: { heard } });
}

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(room, { sent: [], said: [], online: true });
});
afterEach(() => {
  vi.useRealTimers();
});

test("[FAIR3] who is slowed reads it in plain words", () => {
  company();
  hear({ type: "slowed", what: "live" });
  hear({ type: "slowed", what: "reaction" });
  expect(room.said).toEqual([
    "You move faster than the room allows: others see fewer of your movements.",
    "You react faster than the room allows: some of it was not shown.",
  ]);
});

test("[REA2] a reaction is seen for a moment, mine at once, and what is not known here or nobody's is not", () => {
  const { reactions } = company();
  reactions.react("again");
  hear({ type: "reaction", from: 2, reaction: "bravo" });
  hear({ type: "reaction", from: 2, reaction: "boo" });
  hear({ type: "reaction", from: 99, reaction: "bravo" });
  expect(reactions.shown.value).toMatchObject([
    { name: "P1", reaction: "again", isMine: true },
    { name: "P2", reaction: "bravo", isMine: false },
  ]);
  for (let i = 0; i < 100; i++) hear({ type: "reaction", from: 2, reaction: "more" });
  expect(reactions.shown.value.length).toBeLessThan(30);
  vi.advanceTimersByTime(REACTION_MS);
  expect(reactions.shown.value).toEqual([]);
  room.online = false;
  reactions.react("again");
  expect(reactions.shown.value).toEqual([]);
  expect(room.said).toEqual(["Not sent: the connection is away."]);
});

test("[PRS9] with each connection a page asks where hands are, and knows nothing of what it was told before", () => {
  const { presence, chat } = company();
  hear({ type: "presence", from: 2, at: { track: 1 } });
  hear({ type: "presence", from: 3, at: { track: 1 } });
  hear({ type: "left", actor: 3 });
  expect(presence.others.value.map(({ name }) => name)).toEqual(["P2"]);
  hear({ type: "welcome" } as Heard);
  expect(presence.others.value).toEqual([]);
  expect(room.sent).toEqual([{ type: "catchUp" }, { type: "catchUp" }]);
  chat.write("hello");
  chat.say();
  expect(room.sent.at(-1)).toMatchObject({ type: "chat", text: "hello", bar: 5 });
});
