/**
 * How well this browser is in sync: reads the clock and the device twice a second, keeps the log of it,
 * and keeps the trim of whatever output the sound goes to.
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { VERSION } from "#shared/protocol/version.ts";
import type { LocalClock } from "#shared/ports.ts";
import type { Player } from "../audio/player.ts";
import type { Connection } from "../net/connection.ts";
import { audioOutputs, onDeviceChange } from "../platform.ts";
import { asTrim, type Output, outputOf, UNKNOWN_OUTPUT } from "./outputs.ts";
import { storage } from "./storage.ts";
import { type OtherReading, SyncLog, type SyncLogFile, type SyncReading } from "./sync-log.ts";
import type { Person, SyncView } from "./view.ts";

const READ_EVERY_MS = 500;
/** One device that changes is told of several times, and the system takes a moment to move the sound. */
const DEVICES_SETTLE_MS = 400;

const NOTHING: SyncReading = {
  state: "unlocked",
  offset: 0,
  drift: 0,
  rtt: 0,
  errorBound: 0,
  residual: 0,
  generation: 0,
  outputLatency: null,
  reported: null,
  phaseJumps: 0,
  trim: 0,
};

const othersOf = (people: readonly Person[]): OtherReading[] =>
  people.flatMap(({ self, lost, actor, clock }) =>
    self || lost || clock === null
      ? []
      : [{ actor, state: clock.state, residual: clock.offset, errorBound: clock.errorBound }],
  );

export class Sync implements SyncView {
  readonly #player: Player;
  readonly #clock: LocalClock;
  readonly #connection: () => Connection | null;
  readonly #people: ReadonlySignal<readonly Person[]>;
  readonly #log = new SyncLog();
  readonly #logged = signal(0);
  readonly #reading = signal(NOTHING);
  readonly #output = signal<Output>(UNKNOWN_OUTPUT);
  readonly #outputChanged = signal(false);
  readonly #trim = signal(0);
  #settling: ReturnType<typeof setTimeout> | undefined;

  readonly entries = computed(() => {
    void this.#logged.value;
    return this.#log.entries();
  });

  constructor(options: {
    clock: LocalClock;
    player: Player;
    people: ReadonlySignal<readonly Person[]>;
    /** Null outside of a room. */
    connection: () => Connection | null;
  }) {
    this.#clock = options.clock;
    this.#player = options.player;
    this.#connection = options.connection;
    this.#people = options.people;
    this.#takeTrim();
    setInterval(() => this.#read(), READ_EVERY_MS);
    // Early enough for the first note; only a context that runs says that it plays on another than the default.
    const sound = computed(() => options.player.status.value.state);
    effect(() => {
      if (sound.value === "starting" || sound.value === "running") void this.#lookAtOutput();
    });
    onDeviceChange(() => {
      clearTimeout(this.#settling);
      this.#settling = setTimeout(() => void this.#deviceChanged(), DEVICES_SETTLE_MS);
    });
  }

  get reading(): ReadonlySignal<SyncReading> {
    return this.#reading;
  }
  get output(): ReadonlySignal<Output> {
    return this.#output;
  }
  get outputChanged(): ReadonlySignal<boolean> {
    return this.#outputChanged;
  }
  get trim(): ReadonlySignal<number> {
    return this.#trim;
  }

  now(): number {
    return performance.now() / 1000;
  }

  setSeen(): void {
    this.#outputChanged.value = false;
  }

  setTrim(seconds: number): void {
    this.#trim.value = asTrim(seconds);
    this.setSeen();
    this.#player.setTrim(this.#trim.peek());
    storage.setTrim(this.#output.peek().key, this.#trim.peek());
  }

  file(): SyncLogFile {
    const app = `${VERSION.major}.${VERSION.minor}`;
    return this.#log.file({ app, opened: performance.timeOrigin / 1000 });
  }

  #read(): void {
    const connection = this.#connection();
    const device = this.#player.output();
    const reading: SyncReading = {
      ...NOTHING,
      ...(connection && {
        ...connection.clock.status(this.#clock.now()),
        generation: connection.clock.generation,
      }),
      outputLatency: device?.outputLatency ?? null,
      reported: device?.reported ?? null,
      phaseJumps: device?.phaseJumps ?? 0,
      trim: this.#trim.peek(),
    };
    this.#reading.value = reading;
    if (!connection) return;
    const entry = { time: this.now(), roomTime: connection.roomNow(), ...reading };
    if (this.#log.add({ ...entry, others: othersOf(this.#people.peek()) })) this.#logged.value += 1;
  }

  async #deviceChanged(): Promise<void> {
    const isAnother = await this.#lookAtOutput();
    // A microphone that was plugged in changes nothing; an output without a name may be any.
    if (!isAnother && this.#output.peek().key !== UNKNOWN_OUTPUT.key) return;
    this.#player.outputChanged();
    this.#outputChanged.value = this.#player.output() !== null;
  }

  /** True when it is another than before. */
  async #lookAtOutput(): Promise<boolean> {
    const output = outputOf(await audioOutputs(), this.#player.output()?.sinkId ?? "");
    const before = this.#output.peek();
    if (output.key === before.key && output.label === before.label) return false;
    this.#output.value = output;
    if (output.key !== before.key) this.#takeTrim();
    return output.key !== before.key;
  }

  #takeTrim(): void {
    this.#trim.value = storage.trim(this.#output.peek().key);
    this.#player.setTrim(this.#trim.peek());
  }
}
