/** A clock that wanders, for looking at the Sync panel: five minutes of it are there from the start. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { ClockState } from "#shared/time/room-clock.ts";
import { asTrim, type Output } from "../../state/outputs.ts";
import { SyncLog, type SyncReading } from "../../state/sync-log.ts";
import type { Person, SyncView } from "../../state/view.ts";

export interface DemoSyncOptions {
  readonly state?: ClockState;
  readonly sound?: boolean;
  readonly output?: Output;
  readonly outputChanged?: boolean;
  /** How far back the log goes, in seconds. */
  readonly past?: number;
}

const wave = (time: number, phase: number): number =>
  Math.sin(time / 23 + phase) * 0.6 + Math.sin(time / 7.3 + phase * 2.1) * 0.3 + Math.sin(time * 1.7) * 0.1;

export class DemoSync implements SyncView {
  readonly #log = new SyncLog();
  readonly #options: DemoSyncOptions;
  readonly #people: ReadonlySignal<readonly Person[]>;
  readonly #logged = signal(0);
  readonly reading;
  readonly output;
  readonly outputChanged;
  readonly trim = signal(0);
  readonly entries = computed(() => {
    void this.#logged.value;
    return this.#log.entries();
  });

  constructor(people: ReadonlySignal<readonly Person[]>, options: DemoSyncOptions) {
    this.#options = options;
    this.#people = people;
    this.output = signal<Output>(options.output ?? { key: "built-in", label: "Built-in speakers" });
    this.outputChanged = signal(options.outputChanged ?? false);
    for (let time = -(options.past ?? 280); time <= 0; time++) this.#add(time);
    this.reading = signal(this.#read(0));
    setInterval(() => {
      this.reading.value = this.#read(this.now());
      this.#add(this.now());
    }, 500);
  }

  now(): number {
    return performance.now() / 1000;
  }

  setSeen(): void {
    this.outputChanged.value = false;
  }

  setTrim(seconds: number): void {
    this.trim.value = asTrim(seconds);
    this.setSeen();
  }

  file() {
    return this.#log.file({ app: "1.0", opened: 0 });
  }

  #read(time: number): SyncReading {
    const { state = "locked", sound = true } = this.#options;
    const isHeld = time > -60 && time < -30;
    const heldBound = isHeld ? (time + 60) * 0.00003 : 0;
    return {
      state: isHeld ? "holdover" : state,
      offset: 1234.567,
      drift: 12.4 + wave(time, 1),
      rtt: 0.0016 + Math.abs(wave(time, 3)) * 0.0004,
      errorBound: 0.0009 + Math.abs(wave(time, 3)) * 0.0003 + heldBound + (time < -277 ? 0.02 : 0),
      residual: wave(time, 0) * 0.0005,
      generation: time < -200 ? 1 : 2,
      outputLatency: sound ? (this.#options.output ? 0.182 : 0.037) : null,
      reported: sound ? this.#options.output === undefined : null,
      phaseJumps: 0,
      trim: this.trim.peek(),
    };
  }

  #add(time: number): void {
    const others = this.#people.peek().flatMap(({ self, actor, clock }) =>
      self || clock === null
        ? []
        : [
            {
              actor,
              state: clock.state,
              residual: (clock.offset + wave(time, actor) * 0.0006) * 0.4,
              errorBound: clock.errorBound,
            },
          ],
    );
    const reading = this.#read(time);
    if (reading.state === "unlocked") return;
    if (this.#log.add({ time, roomTime: time + 1_000, ...reading, others })) this.#logged.value += 1;
  }
}
