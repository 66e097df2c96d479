/**
 * A jam in memory, with the session's own parts round it: the same commands edit it, the same signals show
 * it, and undo and locks are the real ones. There is nobody to send anything to.
 */
import { applyCommand } from "#shared/document/commands.ts";
import type { JamDocument } from "#shared/document/document.ts";
import type { Delta, Write } from "#shared/document/delta.ts";
import { Replica } from "#shared/document/replica.ts";
import { nextStamp } from "#shared/document/stamp.ts";
import type { Command } from "#shared/protocol/commands.ts";
import { type RoomTime, roomTime } from "#shared/time/instants.ts";
import { Conducting } from "../../state/conducting.ts";
import { Edits } from "../../state/edits.ts";
import { lastChange } from "../../state/last-change.ts";
import { MyMixes } from "../../state/my-mixes.ts";
import { describeTouch, Notices } from "../../state/notices.ts";
import { Rendition } from "../../state/rendition.ts";
import type { LastChange, Person, SoundStatus, Spot } from "../../state/view.ts";
import { DemoPlayer } from "./demo-player.ts";
import { demoDeltas } from "./demo-score.ts";

const ME = 1;

export interface DemoJamOptions {
  readonly sound: SoundStatus;
  readonly people: () => readonly Person[];
  /** I have edited. */
  readonly edited: () => void;
}

export class DemoJam {
  readonly #options: DemoJamOptions;
  readonly #replica = new Replica({ actor: ME, seed: 1 });
  readonly notices = new Notices();
  readonly player: DemoPlayer;
  readonly myMix: MyMixes;
  readonly conducting: Conducting;
  readonly rendition: Rendition;
  readonly edits: Edits;

  constructor(options: DemoJamOptions) {
    this.#options = options;
    const document = () => this.document;
    const jam = () => this.document.jam();
    const author = (actor: number) => this.author(actor);
    const isMe = (actor: number) => actor === ME;
    const say = (sentence: string) => this.notices.say(sentence);
    this.player = new DemoPlayer(jam, options.sound);
    this.myMix = new MyMixes(this.player);
    this.conducting = new Conducting({ document, author, isMe, ask: () => null, say });
    this.rendition = new Rendition({
      player: this.player,
      myMix: this.myMix,
      conducting: this.conducting,
      shown: document,
      jam,
      author,
      roomNow: () => this.roomNow(),
    });
    this.edits = new Edits({
      copy: () => ({ actor: ME, canCommit: true }),
      roomNow: () => this.roomNow(),
      distances: () => [],
      alone: () => null,
      document,
      timeline: () => jam().timeline,
      isListener: () => this.#me?.role === "listener",
      isLeader: () => this.#me?.role === "leader",
      people: options.people,
      commit: (writes) => this.#commit(writes),
      tempo: () => this.rendition.signals.tempo.peek(),
      edited: options.edited,
      undoChanged: () => undefined,
      say,
    });
    const actorOf = (color: number) => options.people().find((each) => each.color === color)?.actor ?? 0;
    for (const delta of demoDeltas(actorOf)) this.#replica.receive(delta);
    this.rendition.replaced();
  }

  get document(): JamDocument {
    return this.#replica.document;
  }

  roomNow(): RoomTime {
    return roomTime(performance.now() / 1_000);
  }

  author(actor: number): Person | null {
    return this.#options.people().find((each) => each.actor === actor) ?? null;
  }

  lastChange(spot: Spot): LastChange | null {
    return lastChange(spot, {
      document: this.document,
      author: (actor) => this.author(actor),
      isMe: (actor) => actor === ME,
      now: this.roomNow(),
    });
  }

  /** An edit of somebody else's. */
  edit(actor: number, command: Command): void {
    const { document, vector } = this.#replica;
    const now = this.roomNow();
    const written = applyCommand(document, command, { now, lead: 0.2, actor });
    if (!written.ok) return;
    const stamp = nextStamp(document.highest, now * 1_000, actor);
    const delta = { actor, seq: vector.highest(actor) + 1, stamp, writes: written.value };
    this.rendition.applied([delta], this.#replica.receive(delta).changed);
    this.notices.touched(describeTouch(delta, this.author(actor)));
  }

  get #me(): Person | undefined {
    return this.#options.people().find(({ self }) => self);
  }

  #commit(writes: readonly Write[]): Delta {
    const delta = this.#replica.commit(writes, this.roomNow() * 1_000);
    this.rendition.applied(
      [delta],
      delta.writes.map(({ key }) => key),
    );
    return delta;
  }
}
