/**
 * A session without a server or an engine, for looking at the screen: a jam in memory, and people who drift
 * and write notes. Never part of the build.
 */
import { signal, type Signal } from "@preact/signals";
import type { CommandError, CommandInput } from "#shared/protocol/commands.ts";
import type { Links, Role, Rung } from "#shared/protocol/messages.ts";
import type { Result } from "#shared/lib/result.ts";
import { Company } from "../../state/company.ts";
import type { FileNews } from "../../state/jam-files.ts";
import type {
  ConnectionState,
  EntranceView,
  LastChange,
  LateView,
  Person,
  Phase,
  SessionView,
  SoundStatus,
  Spot,
  Wire,
} from "../../state/view.ts";
import { DemoFiles } from "./demo-files.ts";
import { DemoConflicts, demoWire, LOST, NEAR, NO_HANDS } from "./demo-hands.ts";
import { DemoHistory, type DemoHistoryOptions } from "./demo-history.ts";
import { DemoJam } from "./demo-jam.ts";
import { person, wandered } from "./demo-people.ts";
import { DemoSync, type DemoSyncOptions } from "./demo-sync.ts";

/** An edit is on its way for so long. ms */
const SAVING_MS = 200;

export interface DemoOptions {
  readonly phase: Phase;
  readonly role?: Role;
  readonly alone?: boolean;
  readonly empty?: boolean;
  readonly held?: boolean;
  readonly lost?: boolean;
  readonly sound?: SoundStatus;
  readonly playing?: boolean;
  /** Somebody else edits every now and then. */
  readonly lively?: boolean;
  readonly sync?: DemoSyncOptions;
  readonly news?: FileNews | undefined;
  /** Others' hands, and writes of mine that lost. */
  readonly met?: boolean;
  readonly history?: DemoHistoryOptions;
}

export class DemoSession implements SessionView {
  readonly role: Signal<Role>;
  readonly openElsewhere = signal(false);
  readonly links: Signal<Links | null> = signal({
    leader: `${location.origin}/r/k3J9q#leader-token-that-is-long`,
    performer: `${location.origin}/r/k3J9q#performer-token-that-is-long`,
    listener: `${location.origin}/l/k3J9q#listener-token-that-is-long`,
  });
  readonly people: Signal<readonly Person[]>;
  readonly sync: DemoSync;
  readonly late: Signal<LateView>;
  readonly conflicts: DemoConflicts;
  readonly wire: Wire;
  readonly hands = NO_HANDS;
  readonly connection: Signal<ConnectionState>;
  readonly rungNotice = signal<Rung | null>(null);
  readonly entrance: EntranceView;
  readonly #demo: DemoJam;

  constructor(options: DemoOptions) {
    const role = options.role ?? "leader";
    this.role = signal(role);
    const band = [
      person(0, { role }),
      person(1),
      person(2, options.lost ? { lost: true } : {}),
      person(3, { rung: "sfu" }),
    ];
    this.people = signal<readonly Person[]>(options.alone ? band.slice(0, 1) : band);
    this.connection = signal<ConnectionState>(
      options.held
        ? { state: "offline", waiting: 3, kept: true }
        : { state: "saved", waiting: 0, kept: true },
    );
    this.#demo = new DemoJam({
      sound: options.sound ?? { state: "running", cause: null },
      people: () => this.people.peek(),
      edited: () => this.#save(),
    });
    this.entrance = this.#entrance(options.phase);
    this.wire = demoWire(options.met ? NEAR : [], []);
    this.late = signal<LateView>({
      files: new DemoFiles(options.news ?? null),
      history: new DemoHistory(options.history),
      company: new Company(this),
      streams: { live: signal(null), parts: () => null },
    });
    this.sync = new DemoSync(this.people, { state: options.held ? "holdover" : "locked", ...options.sync });
    this.conflicts = new DemoConflicts(options.met ? LOST : []);
    if (options.empty) this.#empty(["Clap", "Lead"]);
    if (options.playing) this.#demo.edit(0, { type: "PLAYBACK_START" });
    if (options.lively) this.#liven();
  }

  get jam() {
    return this.#demo.rendition.signals;
  }
  get player() {
    return this.#demo.player;
  }
  get myMix() {
    return this.#demo.myMix;
  }
  get conducting() {
    return this.#demo.conducting;
  }
  get notices() {
    return this.#demo.notices;
  }
  get canUndo() {
    return this.#demo.edits.canUndo;
  }
  get canRedo() {
    return this.#demo.edits.canRedo;
  }

  lastChange(spot: Spot): LastChange | null {
    return this.#demo.lastChange(spot);
  }

  dispatch(command: CommandInput): Result<null, CommandError> {
    return this.#demo.edits.dispatch(command);
  }
  gesture(): () => void {
    return this.#demo.edits.gesture();
  }
  undo(): void {
    this.#demo.edits.undo();
  }
  redo(): void {
    this.#demo.edits.redo();
  }

  fetchLate(): Promise<LateView> {
    return Promise.resolve(this.late.value);
  }

  setProfile(profile: { name?: string; color?: number }): void {
    this.people.value = this.people.value.map((each) =>
      each.self
        ? { ...each, ...profile, initials: (profile.name ?? each.name).slice(0, 2).toUpperCase() }
        : each,
    );
    this.jam.refresh();
  }

  #entrance(opened: Phase): EntranceView {
    const phase = signal(opened);
    const { status } = this.#demo.player;
    const join = (): void => {
      let progress = 0;
      const timer = setInterval(() => {
        progress += 0.1;
        phase.value = progress >= 1 ? { kind: "jamming" } : { kind: "tuning", progress, waitsFor: "engine" };
        if (progress >= 1) clearInterval(timer);
      }, 100);
    };
    return {
      phase,
      sound: status,
      createJam: join,
      join,
      soundOn: () => {
        status.value = { state: "running", cause: null };
      },
    };
  }

  #save(): void {
    this.connection.value = { state: "saving", waiting: 1, kept: true };
    setTimeout(() => {
      this.connection.value = { state: "saved", waiting: 0, kept: true };
    }, SAVING_MS);
  }

  #empty(names: readonly string[]): void {
    for (const { id, name, pattern } of this.jam.tracks.peek())
      if (names.includes(name))
        this.#demo.edit(0, {
          type: "PATTERN_UPDATE",
          track: id,
          length: pattern.length,
          notes: [],
        });
  }

  /** The others play: a note every two seconds, and clocks that wander. */
  #liven(): void {
    let turn = 0;
    setInterval(() => {
      const other = this.people.peek().filter((each) => !each.self && !each.lost)[turn % 2];
      const tracks = this.jam.tracks.peek();
      const track = tracks[turn % Math.max(1, tracks.length)];
      if (other === undefined || track === undefined) return;
      turn++;
      const pitch = this.jam.pitches(track.id).peek()[0] ?? 60;
      const step = (turn * 5) % track.pattern.length;
      this.#demo.edit(other.actor, { type: "NOTE_TOGGLE", track: track.id, step, pitch, velocity: 100 });
    }, 2_000);
    setInterval(() => {
      this.people.value = wandered(this.people.peek(), performance.now());
    }, 1_000);
  }
}
