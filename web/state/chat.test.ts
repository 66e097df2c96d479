import { beforeEach, expect, test } from "vitest";
import type { ChatLine } from "#shared/protocol/chat.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import type { ClientMessage } from "#shared/protocol/messages.ts";
import { Chat } from "./chat.ts";
import type { Wire } from "./view.ts";

class Memory {
  readonly kept = new Map<string, string>();
  getItem(key: string): string | null {
    return this.kept.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.kept.set(key, value);
  }
}

/** A page of Ada's, member 1, and what it sends. A further page shares the tab's memory as a reload does. */
class House {
  readonly tab = new Memory();
  readonly browser = new Memory();
  readonly sent: ClientMessage[] = [];
  online = true;
  keys = 0;

  page(): Chat {
    const wire = {
      send: (message: ClientMessage) => this.online && this.sent.push(message) > 0,
      welcome: () => ({ room: "abc", member: 1, roomTime: 0.003 }),
    } as unknown as Wire;
    const { tab, browser } = this;
    const options = { wire, bar: () => 7, newKey: () => ++this.keys, tab: () => tab, browser: () => browser };
    const chat = new Chat(options);
    chat.connected();
    return chat;
  }

  get said(): string[] {
    return this.sent.flatMap((message) => (message.type === "chat" ? [message.text] : []));
  }
}

const line = (n: number, member = 2, key = 1_000 + n): ChatLine => ({
  n,
  member,
  name: "Ben",
  color: 3,
  time: n,
  text: `line ${n}`,
  key,
});

let house: House;
beforeEach(() => {
  house = new House();
});

function write(chat: Chat, text: string): boolean {
  chat.write(text);
  return chat.say();
}

test("[CHAT6] all that is kept is asked for with each connection and takes the place of what was here", () => {
  const chat = house.page();
  expect(house.sent).toEqual([{ type: "catchUp" }]);
  chat.heard([line(1), line(2), { n: "no line" }], true);
  chat.heard([line(4)], false);
  chat.heard([line(4)], false);
  expect(chat.lines.value.map(({ n }) => n)).toEqual([1, 2, 4]);
  chat.heard([line(1)], true);
  expect(chat.lines.value.map(({ n }) => n)).toEqual([1]);
  for (let n = 10; n < 10 + LIMITS.chatLines; n++) chat.heard([line(n)], false);
  expect(chat.lines.value).toHaveLength(LIMITS.chatLines);
});

test("[CHAT6] what is written stays until the server has said it, and goes out with the bar that is heard", () => {
  const chat = house.page();
  expect(write(chat, "  ")).toBe(false);
  expect(write(chat, " hello ")).toBe(true);
  expect(house.sent.at(-1)).toEqual({ type: "chat", key: 1, text: "hello", bar: 7 });
  expect(chat.draft.value).toBe("");
  expect(chat.waiting.value).toHaveLength(1);
  chat.heard([line(1, 2, 1)], false);
  expect(chat.waiting.value).toHaveLength(1);
  chat.heard([line(2, 1, 1)], false);
  expect(chat.waiting.value).toEqual([]);
});

test("[CHAT7] what is written without a connection waits, outlives a reload, and goes out under its own key", () => {
  const chat = house.page();
  house.online = false;
  write(chat, "one");
  write(chat, "two");
  chat.write("half a sen");
  expect(house.said).toEqual([]);
  house.online = true;
  const after = house.page();
  expect(after.draft.value).toBe("half a sen");
  expect(house.said).toEqual(["one", "two"]);
  after.connected();
  expect(house.said).toEqual(["one", "two", "one", "two"]);
  expect(house.sent.flatMap((each) => (each.type === "chat" ? [each.key] : []))).toEqual([1, 2, 1, 2]);
});

test("[CHAT7] what waits is bounded, and what is too much stays in the field", () => {
  const chat = house.page();
  house.online = false;
  for (let i = 0; i < 20; i++) expect(write(chat, `${i}`)).toBe(true);
  expect(write(chat, "too much")).toBe(false);
  expect(chat.draft.value).toBe("too much");
});

test("[CHAT7] what is refused says why, and is sent again or taken away by hand", () => {
  const chat = house.page();
  write(chat, "one");
  write(chat, "two");
  chat.refused(1, "RATE");
  chat.refused(2, "UNAVAILABLE");
  chat.connected();
  expect(house.said).toEqual(["one", "two"]);
  chat.sayAgain(1);
  chat.drop(2);
  expect(house.said).toEqual(["one", "two", "one"]);
  expect(chat.waiting.value.map(({ key, refused }) => [key, refused])).toEqual([[1, undefined]]);
});

test("[CHAT8] what others have said since the chat was open last is counted, over a reload too", () => {
  const first = house.page();
  // The fourth was said after this page came in, and before it listened.
  first.heard([line(1), line(2), line(3), line(4)], true);
  expect(first.unread.value).toBe(1);
  expect(first.newest.value).toBeNull();
  first.heard([line(5, 1)], false);
  expect(first.unread.value).toBe(1);
  const again = house.page();
  again.heard([line(1), line(2), line(3), line(4), line(5, 1)], true);
  expect(again.unread.value).toBe(1);
  again.heard([line(6)], false);
  expect(again.unread.value).toBe(2);
  expect(again.newest.value?.n).toBe(6);
  again.setOpen(true);
  again.heard([line(7)], false);
  again.setOpen(false);
  expect(again.unread.value).toBe(0);
  // Restored from a backup, the server counts from before.
  again.heard([line(1)], true);
  again.heard([line(2)], false);
  expect(again.unread.value).toBe(1);
});

test("[CHAT7] a browser that keeps nothing, or something else, changes nothing but that", () => {
  house.tab.setItem("tutti.chat.abc", "{nonsense");
  house.browser.setItem("tutti.read.abc", '"x"');
  const chat = house.page();
  expect(chat.draft.value).toBe("");
  const wire = { send: () => true, welcome: () => ({ room: "abc", member: 1 }) } as unknown as Wire;
  const refuses = () => {
    throw new DOMException("no", "SecurityError");
  };
  const options = { wire, bar: () => null, newKey: () => 1, tab: refuses, browser: refuses };
  const bare = new Chat(options);
  bare.connected();
  bare.heard([line(1)], true);
  expect(write(bare, "hello")).toBe(true);
});
