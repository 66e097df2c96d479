/**
 * The programme, from the SFU to the speakers: which senders are consumed, how loud each is, and which room time is
 * heard. Once it hears, a crash of who is on air is switched by the SFU; a planned switch is cross-faded here.
 */
import type { Random } from "#shared/lib/random.ts";
import type { LocalClock } from "#shared/ports.ts";
import type { LocalTime } from "#shared/time/instants.ts";
import { ProgrammeElements } from "../audio/programme-elements.ts";
import { gainOf, type Switch } from "../audio/programme-fade.ts";
import type { Audience, Programme } from "../net/audience.ts";
import type { Heard, HeardTime, HeardTimeOptions } from "../net/streams/heard-time.ts";
import { ProgrammeReception, SECTIONS } from "../net/streams/programme-reception.ts";
import { senderTimes } from "../net/streams/sender-times.ts";

const READ_MS = 200;
const FADE_MS = 10;
/** The SFU forwards both around a switch: from here on until there, seconds of heard room time. */
const AROUND = { before: 0.5, after: 2 } as const;
/** Packets came within so long: it flows. ms */
const FRESH_MS = 800;
/** Streams this close to one another are left as they are. Seconds. */
const ALIGNED = 0.004;

interface Ear {
  readonly receiver: RTCRtpReceiver;
  /** Whose stream was measured here. */
  actor: number | null;
  /** Null until what measures it is here. */
  heard: HeardTime | null;
}

/** Makes what measures the instant that is heard: fetched after the sound. */
export type HeardTimeOf = (options: HeardTimeOptions) => HeardTime;

export interface StreamSoundOptions {
  readonly audience: Audience;
  readonly clock: LocalClock;
  readonly random: Random;
  readonly changed: () => void;
}

export class StreamSound {
  readonly #options: StreamSoundOptions;
  readonly #reception: ProgrammeReception;
  readonly #elements: ProgrammeElements;
  #ears: readonly Ear[] = [];
  #heardTimeOf: HeardTimeOf | null = null;
  #programme: Programme = { onAir: null, standBy: null };
  #planned: Switch | null = null;
  #fading: ReturnType<typeof setInterval> | undefined;

  constructor(options: StreamSoundOptions) {
    const { audience, random } = options;
    this.#options = options;
    this.#elements = new ProgrammeElements(SECTIONS, options.changed);
    this.#reception = new ProgrammeReception({
      request: audience.request,
      random,
      iceServers: () => audience.iceServers,
      changed: () => this.#handleSections(),
    });
    audience.on("welcome", ({ topology }) => this.#reception.setOpen(topology === "sfu"));
    audience.on("rung", (rung) => this.#reception.setOpen(rung === "sfu"));
    audience.on("online", (isOnline) => {
      if (!isOnline) this.#reception.setOpen(false);
    });
    audience.on("sfuReset", (within) => this.#reception.reset(within));
    audience.on("programme", (programme) => this.#handleProgramme(programme));
    setInterval(() => void this.#read(), READ_MS);
  }

  /** In the handler of a gesture, the first time. */
  start(): void {
    if (this.#elements.state === "off") this.#elements.start();
    else this.#elements.resume();
    this.#reception.setHears(true);
  }

  stop(): void {
    this.#reception.setHears(false);
    this.#elements.stop();
  }

  get isInterrupted(): boolean {
    return this.#elements.state === "interrupted";
  }

  get isConnected(): boolean {
    return this.#reception.isConnected;
  }

  /** Packets come. */
  get isFlowing(): boolean {
    return this.#ears.some(({ receiver }) => cameAgo(receiver) < FRESH_MS);
  }

  /** What the system has stopped goes on where it may, and the way to the SFU is looked for again. */
  resume(): void {
    this.#elements.resume();
  }

  networkChanged(): void {
    this.#reception.networkChanged();
  }

  /** Null while it is not known. */
  heard(now: LocalTime): Heard | null {
    return this.#heardOf(this.#loudest(), now);
  }

  inspect() {
    const now = this.#options.clock.now();
    return this.#reception.sections.map(({ actor, isReady, receiver }, index) => ({
      actor,
      isReady,
      isFlowing: cameAgo(receiver) < FRESH_MS,
      heard: this.#ears[index]?.heard?.at(now) ?? null,
      waiting: this.#ears[index]?.heard?.waiting ?? null,
    }));
  }

  /** From now on it is known which room time is heard. */
  setHeardTimes(heardTimeOf: HeardTimeOf): void {
    this.#heardTimeOf = heardTimeOf;
    this.#measure();
  }

  #measure(): void {
    const { audience, clock } = this.#options;
    for (const [index, ear] of this.#ears.entries()) {
      const actor = this.#reception.sections[index]?.actor ?? null;
      // What was learned of one sender says nothing of the next.
      if (actor !== ear.actor) ear.heard = null;
      ear.actor = actor;
      ear.heard ??=
        this.#heardTimeOf?.({
          receiver: ear.receiver,
          clock,
          roomAt: (local) => (audience.clock.hasTime ? audience.clock.roomAt(local) : null),
          sender: () =>
            senderTimes(audience.performers.find((each) => each.actor === actor)?.status ?? null, "sfu"),
        }) ?? null;
    }
  }

  #handleSections(): void {
    const { sections } = this.#reception;
    if (sections.some(({ receiver }, index) => receiver !== this.#ears[index]?.receiver)) {
      this.#ears = sections.map(({ receiver }) => ({ receiver, actor: null, heard: null }));
      this.#elements.setReceivers(sections.map(({ receiver }) => receiver));
    }
    if (sections.length === 0) this.#ears = [];
    this.#measure();
    this.#setGains();
    this.#options.changed();
  }

  #handleProgramme(programme: Programme): void {
    const before = this.#programme.onAir;
    this.#programme = programme;
    const { onAir, at } = programme;
    const isPlanned = at !== undefined && before !== null && onAir !== null && before !== onAir;
    this.#plan(isPlanned ? { from: before, to: onAir, at } : null);
    this.#options.changed();
  }

  #plan(planned: Switch | null): void {
    this.#planned = planned;
    const { onAir, standBy } = this.#programme;
    const wanted = [onAir, standBy, planned?.from ?? null].filter((actor) => actor !== null);
    this.#reception.setWanted([...new Set(wanted)]);
    this.#setGains();
    clearInterval(this.#fading);
    if (planned) this.#fading = setInterval(() => this.#fade(planned), FADE_MS);
  }

  #fade({ at }: Switch): void {
    const heard = this.#music();
    if (heard > at - AROUND.before) this.#setGains();
    if (heard > at + AROUND.after) this.#plan(null);
  }

  /** The room time that is heard, or as good as that is known. */
  #music(): number {
    const { audience, clock } = this.#options;
    return this.heard(clock.now())?.roomTime ?? audience.roomNow() ?? 0;
  }

  #setGains(): void {
    const heard = this.#planned ? this.#music() : 0;
    for (const [index, { actor }] of this.#reception.sections.entries())
      this.#elements.setGain(index, actor === null ? 0 : gainOf(actor, this.#planned, heard));
  }

  /** The section whose instant counts: of a planned switch the one that goes, and once its packets end the other. */
  #loudest(): number {
    const flowing = this.#reception.sections.map(({ actor, receiver }) =>
      cameAgo(receiver) < FRESH_MS ? actor : null,
    );
    const { from = null } = this.#planned ?? {};
    for (const actor of [from, this.#programme.onAir]) {
      const at = actor === null ? -1 : flowing.indexOf(actor);
      if (at >= 0) return at;
    }
    return flowing.findIndex((actor) => actor !== null);
  }

  #heardOf(index: number, now: LocalTime): Heard | null {
    return this.#ears[index]?.heard?.at(now) ?? null;
  }

  async #read(): Promise<void> {
    const flowing = this.#ears.filter(({ receiver }) => cameAgo(receiver) < FRESH_MS);
    // A connection that ends meanwhile has nothing to tell.
    await Promise.all(flowing.map(async ({ heard }) => heard?.read().catch(() => {})));
    if (this.#planned) this.#align(this.#planned);
  }

  /** Of two that are about to change places, the one that is ahead waits for the other. */
  #align({ from, to }: Switch): void {
    const now = this.#options.clock.now();
    const { sections } = this.#reception;
    const [going, coming] = [from, to].map(
      (actor) => this.#ears[sections.findIndex((section) => section.actor === actor)]?.heard,
    );
    const [a, b] = [going?.at(now), coming?.at(now)];
    if (!going || !coming || !a || !b) return;
    const ahead = b.roomTime - a.roomTime;
    if (Math.abs(ahead) < ALIGNED) return;
    const waits = ahead > 0 ? coming : going;
    waits.setTargetDelay((waits.waiting ?? 0) + Math.abs(ahead));
  }
}

/** How long ago a packet was played last, in ms. */
function cameAgo(receiver: RTCRtpReceiver): number {
  const [source] = receiver.getSynchronizationSources();
  return source ? performance.timeOrigin + performance.now() - source.timestamp : Number.POSITIVE_INFINITY;
}
