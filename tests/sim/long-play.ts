/**
 * An edit-free hour of one browser in virtual time: the app's own room clock, map of the device, planner
 * and release plan, wired as page and Worker wire them, over a simulated network, with a local clock and
 * an audio device that run at rates of their own. It gives what the speaker did: when each note left it.
 *
 * The engine's two modes differ in nothing but how a tagged message gets to the audio thread, over shared
 * memory or as a message; so all there is of a mode here is how long that takes.
 */
import { events } from "#shared/music/events.ts";
import type { Jam } from "#shared/music/model.ts";
import {
  type Exchange,
  exchangeAt,
  type LocalError,
  localAt,
  type Weather,
} from "#shared/time/clock-simulation.ts";
import { lineAt, roomTimeAt } from "#shared/time/course.ts";
import { type LocalTime, localTime, type RoomTime, roomTime } from "#shared/time/instants.ts";
import { RoomClock } from "#shared/time/room-clock.ts";
import { AudioClock } from "../../web/audio/audio-clock.ts";
import type { RoomCourse } from "../../web/audio/conductor.ts";
import type { EngineMode } from "../../web/audio/engine.ts";
import { type DeviceShape, FakeDevice } from "../../web/audio/fake-device.ts";
import { jam, note, playing, track } from "../../web/audio/fixtures.ts";
import { gridTick, Planner, type PlanUpdate } from "../../web/audio/planner.ts";
import { type Maps, ReleasePlan } from "../../web/audio/release-plan.ts";
import { Slots } from "../../web/audio/slots.ts";

const RELEASE_EVERY = 0.02;
/** Map updates and the planner's look ahead, as the Worker's timer asks for them: every this many releases. */
const RELEASES_PER_TICK = 12;
/** True time at which Play is pressed. */
const PRESSED = 2;
const PRESSED_TURN = Math.round(PRESSED / RELEASE_EVERY);
/** From then on differences of the room's clock are slewed, as the session has it. */
const HEARD_FROM = PRESSED + 1.5;
/** Seconds from the Worker's hand-over to the audio thread's hands. */
const ON_ITS_WAY: Record<EngineMode, number> = { sab: 0.001, postMessage: 0.01 };
const QUIET = { metronome: false, countIn: false };

/** What befalls the page at a true time: its device buffers more or less, or the server comes back with another clock. */
export type Mishap = { readonly at: number } & (
  | { readonly latency: number }
  /** Seconds by which the new life of the server is ahead of the one before. */
  | { readonly serverJump: number }
);

export interface LongPlay {
  readonly seconds: number;
  readonly weather: Weather;
  readonly local: LocalError;
  /** Its `ppm` is against the local clock. */
  readonly device: DeviceShape;
  readonly mode: EngineMode;
  readonly mishaps?: readonly Mishap[];
}

export interface Onset {
  /** Its name: track and place on the grid. */
  readonly note: string;
  /** True time at which it left the speaker. */
  readonly time: number;
  /** Room time there minus the room time of the score, seconds: positive is late. */
  readonly error: number;
}

export interface Played {
  /** In the order of their hand-over. */
  readonly onsets: readonly Onset[];
  /** Every note of the score that was to sound by the end, by name, in order. */
  readonly score: readonly string[];
  /** Notes that reached the engine after their sample was rendered. */
  readonly late: number;
  /** Notes that the release plan left out. */
  readonly missed: number;
  readonly clockSteps: number;
  readonly mapSnaps: number;
}

/** Four on the floor and an off-beat: four notes a second. */
const score = (): Jam =>
  playing(
    jam([
      track(
        1,
        [0, 4, 8, 12].map((step) => note(step)),
      ),
      track(
        2,
        [2, 6, 10, 14].map((step) => note(step)),
      ),
    ]),
    PRESSED,
  );

const nameOf = (trackId: number, tick: number): string => `${trackId}:${tick}`;

/** The server's own clock, in its lives. */
class Server {
  epoch = 1;
  #ahead = 0;

  jump(seconds: number): void {
    this.epoch += 1;
    this.#ahead += seconds;
  }

  at(time: number): RoomTime {
    return roomTime(time + this.#ahead);
  }
}

/** The page: what session, conductor and Worker do between them. Their timers are asked from outside. */
class Page {
  readonly clock = new RoomClock();
  readonly device: FakeDevice;
  readonly audio: AudioClock;
  readonly plan = new ReleasePlan();
  readonly #local: LocalError;
  readonly #jam = score();
  readonly #planner: Planner;
  #room: RoomCourse | null = null;
  #maps: Maps | null = null;

  constructor({ local, device }: LongPlay) {
    this.#local = local;
    const ppm = local.ppm + (device.ppm ?? 0);
    this.device = new FakeDevice({ ...device, ppm }, (time) => localAt(local, time));
    // Without a time origin the Worker's host time is the page's local time.
    this.audio = new AudioClock(this.device.context, this.device.clock, 0);
    const slots = new Slots();
    slots.assign(this.#jam.tracks.map(({ id }) => id));
    this.#planner = new Planner(slots);
    this.clock.restart(localAt(local, 0));
  }

  get jam(): Jam {
    return this.#jam;
  }

  /** A pong has come: the session gives the clock's line on. */
  handlePong({ sample }: Exchange, epoch: number): void {
    this.clock.setHeard(this.device.time > HEARD_FROM);
    this.clock.handlePong(sample, epoch);
    const { generation } = this.clock;
    const stepped = this.#room !== null && this.#room.generation !== generation;
    this.#room = { course: this.clock.course, generation };
    if (stepped) {
      this.#planner.reset();
      this.plan.clear();
    }
    this.#sendMaps();
    if (stepped) this.#update();
  }

  /** The server went away and is back at once. */
  reconnect(): void {
    const now = localTime(this.#localNow());
    this.clock.handleDisconnected(now);
    this.clock.restart(now);
  }

  tick(): void {
    this.audio.read();
    this.#sendMaps();
    if (this.#room) this.#take(this.#planner.extend(this.#roomNow(this.#room)));
  }

  press(): void {
    this.#update();
  }

  release() {
    return this.#maps ? this.plan.take(this.#localNow(), this.#maps) : [];
  }

  #update(): void {
    if (this.#room && this.device.time >= PRESSED)
      this.#take(this.#planner.update(this.#jam, QUIET, this.#roomNow(this.#room)));
  }

  #take(updates: readonly PlanUpdate[]): void {
    for (const { track: id, from, entries } of updates)
      this.plan.replace(id, from, entries, this.#localNow());
  }

  #sendMaps(): void {
    this.#maps = this.#room && this.audio.maps(lineAt(this.#room.course, this.#localNow()));
  }

  #localNow(): LocalTime {
    return localAt(this.#local, this.device.time);
  }

  #roomNow({ course }: RoomCourse): RoomTime {
    return roomTimeAt(course, this.#localNow());
  }
}

/** Pings when the page's clock asks, and hands it each pong at its arrival, not after `time`. */
class Pings {
  readonly #page: Page;
  readonly #server: Server;
  readonly #options: LongPlay;
  readonly #arriving: { readonly exchange: Exchange; readonly epoch: number }[] = [];
  #next = 0;

  constructor(page: Page, server: Server, options: LongPlay) {
    this.#page = page;
    this.#server = server;
    this.#options = options;
  }

  runUntil(time: number): void {
    const { local, weather } = this.#options;
    for (;;) {
      const pong = this.#arriving[0];
      const now = Math.min(this.#next, pong?.exchange.arrives ?? Number.POSITIVE_INFINITY);
      if (now > time) return;
      this.#page.device.time = now;
      if (pong && now === pong.exchange.arrives) {
        this.#arriving.shift();
        this.#page.handlePong(pong.exchange, pong.epoch);
        continue;
      }
      const { epoch } = this.#server;
      const exchange = exchangeAt(now, local, weather, (when) => this.#server.at(when));
      if (exchange) this.#arriving.push({ exchange, epoch });
      this.#arriving.sort((a, b) => a.exchange.arrives - b.exchange.arrives);
      const localNow = localAt(local, now);
      this.#next = now + (this.#page.clock.nextPingAt(localNow) - localNow) / (1 + local.ppm / 1e6);
    }
  }
}

export function playLong(options: LongPlay): Played {
  const server = new Server();
  const page = new Page(options);
  const pings = new Pings(page, server, options);
  const mishaps = [...(options.mishaps ?? [])].toSorted((a, b) => a.at - b.at);
  const onsets: Onset[] = [];
  let late = 0;
  let settled = 0;
  let end = roomTime(0);
  for (let turn = 1; turn * RELEASE_EVERY <= options.seconds; turn++) {
    const time = turn * RELEASE_EVERY;
    pings.runUntil(time);
    page.device.time = time;
    while (mishaps[0] && mishaps[0].at <= time) {
      const mishap = mishaps.shift() as Mishap;
      if ("latency" in mishap) page.device.setLatency(mishap.latency);
      else {
        server.jump(mishap.serverJump);
        page.reconnect();
      }
    }
    if (turn === PRESSED_TURN) page.press();
    if (turn % RELEASES_PER_TICK === 0) page.tick();
    if (time <= HEARD_FROM) settled = page.clock.generation;
    const rendered = page.device.currentTimeAt(time + ON_ITS_WAY[options.mode]);
    for (const { track: id, entry, context } of page.release()) {
      if (context < rendered) late += 1;
      end = roomTime(Math.max(end, entry.time + 1e-6));
      const heard = page.device.speakerTime(context);
      onsets.push({ note: nameOf(id, entry.tick), time: heard, error: server.at(heard) - entry.time });
    }
  }
  return {
    onsets,
    score: events(page.jam, roomTime(0), end).map((event) =>
      nameOf(event.track, gridTick(event.beat, page.jam.swing)),
    ),
    late,
    missed: page.plan.missed,
    clockSteps: page.clock.generation - settled,
    mapSnaps: page.audio.generation,
  };
}
