/**
 * What is said in a room: stamped here, stored, and told to everybody once it is safe on disk. Only the newest
 * lines are kept. Who says more than its share waits a little, and is then refused in words.
 */
import type { ChatLine, ChatRefusal } from "#shared/protocol/chat.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import type { ClientMessage } from "#shared/protocol/messages.ts";
import { FairShare } from "#shared/room/fair-share.ts";
import { type Membership, mayWrite } from "#shared/room/membership.ts";
import { DueTimer } from "./due-timer.ts";
import type { Log } from "./log.ts";
import type { Outlets } from "./outlets.ts";
import type { RoomStore } from "./store.ts";

export type Words = Pick<Extract<ClientMessage, { type: "chat" }>, "key" | "text" | "bar">;

/** With its speaker, who may be gone when its turn comes. */
interface Said {
  readonly member: number;
  readonly name: string;
  readonly color: number;
  readonly words: Words;
}

const SAYING = {
  perSecond: LIMITS.chatPerSecond,
  burst: 5,
  waiting: LIMITS.chatWaiting,
  forgiven: 0,
} as const;
/** All that is kept is some 40 kB as a rule: a page asks for it with each connection. */
const ASKING = { perSecond: 1, burst: 4, waiting: "newest", forgiven: 4 } as const;

export interface ChatOptions {
  readonly room: string;
  readonly lines: readonly ChatLine[];
  /** Monotonic seconds. */
  readonly now: () => number;
  readonly roomMs: () => number;
  readonly membership: Pick<Membership, "peer">;
  readonly outlets: Pick<Outlets, "get" | "broadcast">;
  readonly store: Pick<RoomStore, "isWritable" | "say">;
  readonly log: Log;
}

export class Chat {
  readonly #options: ChatOptions;
  readonly #lines: ChatLine[];
  readonly #saying = new FairShare<Said>(SAYING);
  readonly #asking = new FairShare<null>(ASKING);
  /** What waits or is being stored, as `member:key`. */
  readonly #underWay = new Set<string>();
  readonly #timer: DueTimer;
  #n: number;
  #closed = false;

  constructor(options: ChatOptions) {
    this.#options = options;
    this.#lines = [...options.lines];
    this.#n = this.#lines.at(-1)?.n ?? 0;
    this.#timer = new DueTimer(options.now, () => this.#pass());
  }

  /** All that is kept, oldest first. */
  get lines(): readonly ChatLine[] {
    return this.#lines;
  }

  /** Said again under the same key, as after a lost connection, it stands once. */
  say(actor: number, words: Words): void {
    const { membership, now, outlets, store } = this.#options;
    const speaker = membership.peer(actor);
    if (!speaker || this.#closed) return;
    const refuse = (error: ChatRefusal) =>
      outlets.get(actor)?.sendText({ type: "chatRefused", key: words.key, error });
    if (!mayWrite(speaker.role)) return refuse("FORBIDDEN");
    const { member, name, color } = speaker;
    const said = this.#lines.find((line) => line.member === member && line.key === words.key);
    if (said) return outlets.get(actor)?.sendText({ type: "chat", lines: [said] });
    if (this.#underWay.has(`${member}:${words.key}`)) return;
    if (!store.isWritable) return refuse("UNAVAILABLE");
    const { taken } = this.#saying.offer(member, actor, { member, name, color, words }, now());
    if (!taken) return refuse("RATE");
    this.#underWay.add(`${member}:${words.key}`);
    this.#pass();
  }

  /** Tells this actor all that is kept. */
  tellPast(actor: number): void {
    const member = this.#options.membership.peer(actor)?.member;
    if (member === undefined) return;
    this.#asking.offer(member, actor, null, this.#options.now());
    this.#pass();
  }

  /** What waits is still said: it was taken. */
  leave(actor: number): void {
    this.#asking.leave(actor);
  }

  /** Idempotent. What has not been handed to the store by now is not said: its speaker's page keeps it. */
  close(): void {
    this.#closed = true;
    this.#timer.close();
  }

  #pass(): void {
    if (this.#closed) return;
    const { now, outlets } = this.#options;
    for (const { sender } of this.#asking.take(now()))
      outlets.get(sender)?.sendText({ type: "chat", lines: this.#lines, all: true });
    for (const { sender, value } of this.#saying.take(now())) void this.#store(sender, value);
    this.#timer.set(this.#saying.due);
    this.#timer.set(this.#asking.due);
  }

  async #store(actor: number, { member, name, color, words }: Said): Promise<void> {
    const { room, roomMs, outlets, store, log } = this.#options;
    const { key, text, bar } = words;
    const line: ChatLine = {
      n: ++this.#n,
      member,
      name,
      color,
      time: roomMs(),
      ...(bar === undefined ? {} : { bar }),
      text,
      key,
    };
    try {
      await store.say(room, line);
    } catch (error) {
      log.error({ room, err: error }, "something said is not stored");
      outlets.get(actor)?.sendText({ type: "chatRefused", key, error: "UNAVAILABLE" });
      return;
    } finally {
      this.#underWay.delete(`${member}:${key}`);
    }
    this.#lines.push(line);
    if (this.#lines.length > LIMITS.chatLines) this.#lines.shift();
    outlets.broadcast({ type: "chat", lines: [line] });
  }
}
