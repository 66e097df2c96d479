/**
 * The player: given the jam and the room's clock it makes this browser sound, in time with everybody
 * else's. It builds the rig in the gesture that allows it, keeps what is asked of it until then, and
 * says how it stands; when it sounds is the conductor's, what sounds the planner's.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Jam, Track } from "#shared/music/model.ts";
import { isAffected } from "#shared/music/effects.ts";
import { segmentAt } from "#shared/music/timeline.ts";
import type { LocalClock } from "#shared/ports.ts";
import { type Course, lineAt, roomTimeAt } from "#shared/time/course.ts";
import type { RoomTime } from "#shared/time/instants.ts";
import { at } from "#shared/time/line.ts";
import { createAudioContext } from "./audio-context.ts";
import { CLICK_SYNTH } from "./click.ts";
import { type Control, type ControlMove, Controls } from "./controls.ts";
import { Conductor, type RoomCourse } from "./conductor.ts";
import { type EngineMode, fetchSynth, loadClient } from "./engine.ts";
import { Glide } from "./glide.ts";
import { type HeardBeat, heardBeat } from "./heard-beat.ts";
import type { LiveStage } from "./live-voices.ts";
import type { MyTrackMix } from "./mixer.ts";
import type { PlayerClick } from "./planner.ts";
import { figuresOf, outputOf, type PlayerFigures, type PlayerOutput } from "./player-report.ts";
import type { ReleasedNote } from "./release-messages.ts";
import { buildRig, type Rig, type SoundWait } from "./rig.ts";
import { MINE_PAIR, Slots } from "./slots.ts";
import { type Recording, tap } from "./tap.ts";
import { auditionVoice, synthsOf } from "./voice-message.ts";

export interface PlayerStatus {
  readonly state: "off" | "starting" | "running" | "interrupted" | "failed";
  /** In words, where something is wrong. */
  readonly cause: string | null;
  /** 0 to 1, while it starts. */
  readonly progress: number;
  /** While it starts. */
  readonly waitsFor: SoundWait | null;
}

export interface SoundingNote {
  readonly track: number;
  readonly step: number;
  readonly pitch: number;
  /** When it is heard: an instant of `performance.now()`, in ms. */
  readonly at: number;
}

/** `roomTime`: when the first sample was heard by the app's own maps; `hostTime`: by the device's raw reports alone. */
export type TapRecording = Recording & { readonly roomTime: number };

export interface PlayerInspection extends PlayerFigures {
  readonly state: PlayerStatus["state"];
  readonly mode: EngineMode;
  /** Notes left out because this machine stalled. */
  readonly missed: number;
}

interface Ready {
  readonly kind: "ready";
  readonly rig: Rig;
  readonly conductor: Conductor;
  readonly controls: Controls;
}

type State = { readonly kind: "off" } | { readonly kind: "starting"; readonly context: AudioContext } | Ready;

const AUDITION_SECONDS = 0.25;
/** From the engine's being ready to its first notes' being heard nothing is fetched that these do not need. ms */
const AFTER_SOUND_MS = 2_000;
/** From this thread to the engine, beyond what the device renders ahead. Seconds. */
const HAND_OVER = 0.012;
const OFF: PlayerStatus = { state: "off", cause: null, progress: 0, waitsFor: null };

export class Player {
  readonly #clock: LocalClock;
  readonly #mode: EngineMode;
  readonly #base: string;
  readonly #status = signal<PlayerStatus>(OFF);
  readonly #slots = new Slots();
  readonly #listeners = new Set<(note: SoundingNote) => void>();
  readonly #sleepers = new Set<() => void>();
  readonly #myMix = new Map<number, MyTrackMix>();
  #state: State = { kind: "off" };
  #jam: Jam | null = null;
  #room: RoomCourse | null = null;
  #click: PlayerClick = { metronome: false, countIn: false };
  readonly #trim = new Glide((trim) => this.#ready?.conductor.setTrim(trim));
  #volume = 1;
  #missed = 0;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(options: { clock: LocalClock; mode: EngineMode; base?: string }) {
    this.#clock = options.clock;
    this.#mode = options.mode;
    this.#base = options.base ?? `${import.meta.env.BASE_URL}supersonic/`;
  }

  get status(): ReadonlySignal<PlayerStatus> {
    return this.#status;
  }

  get #ready(): Ready | null {
    return this.#state.kind === "ready" ? this.#state : null;
  }

  /** To be called in the handler of a gesture: the context is made and resumed before anything is awaited. */
  async start(): Promise<void> {
    if (this.#state.kind !== "off") return this.soundOn();
    const context = createAudioContext();
    const resumed = context.resume();
    this.#state = { kind: "starting", context };
    this.#setStarting(0, "press");
    // Without leave it is refused or stays open for ever; either way the rig waits for the state itself.
    resumed.catch(() => this.#setStarting(0, "press"));
    const isCurrent = (): boolean => this.#state.kind === "starting" && this.#state.context === context;
    try {
      const rig = await this.#build(context);
      if (!isCurrent()) return rig.close();
      this.#setStarting(0.85, "instruments");
      const tracks = this.#jam?.tracks ?? [];
      await Promise.all([
        ...synthsOf(tracks).map((synth) => rig.engine.loadSynth(synth)),
        ...(hasEffects(tracks) ? [this.#fitEffects(rig)] : []),
      ]);
      if (!isCurrent()) return rig.close();
      this.#take(rig);
    } catch (error) {
      if (isCurrent()) this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** Asks for sound again after an interruption or a failure; in the handler of a gesture. */
  async soundOn(): Promise<void> {
    if (this.#state.kind === "off") return this.start();
    const context = this.#state.kind === "starting" ? this.#state.context : this.#state.rig.context;
    await context.resume();
  }

  setJam(jam: Jam): void {
    const hasNewTracks = this.#jam?.tracks !== jam.tracks;
    this.#jam = jam;
    this.#slots.assign(jam.tracks.map(({ id }) => id));
    const ready = this.#ready;
    if (ready) {
      if (hasNewTracks) this.#showTracks(ready, jam);
      this.#tick(ready);
      ready.conductor.setJam(jam);
    } else if (hasNewTracks) {
      // So that the gesture finds them in the cache.
      this.#tellOfFailure(loadClient());
      for (const synth of synthsOf(jam.tracks)) this.#tellOfFailure(fetchSynth(this.#base, synth));
      if (hasEffects(jam.tracks)) this.#tellOfFailure(import("./effects.ts"));
    }
  }

  /** How room time runs. A new generation is a step of the clock: everything is planned anew. */
  setClock(course: Course, generation: number): void {
    this.#room = { course, generation };
    this.#ready?.conductor.setClock(this.#room);
  }

  /** How long before it is heard a hand's movement has to be here, in seconds; null while nothing sounds. */
  get reach(): number | null {
    const isHeard = this.#ready && this.#status.peek().state === "running";
    return isHeard ? this.#ready.rig.clock.renderAhead + HAND_OVER : null;
  }

  /** Where notes are played live; null while nothing sounds. */
  get live(): LiveStage | null {
    const rig = this.#ready?.rig;
    if (!rig || !this.#room || this.reach === null) return null;
    const maps = rig.clock.maps(lineAt(this.#room.course, this.#clock.now()));
    return maps && { ...rig, ...maps, slots: this.#slots };
  }

  /** Others' hands move these controls, at an instant of room time, all of it. */
  moveAt(time: RoomTime, moves: readonly ControlMove[]): void {
    const { live } = this;
    if (live) this.#ready?.controls.moveAt(at(live.contextFromRoom, time), moves);
  }

  /** My own hand moves it: heard at once. */
  moveNow(move: ControlMove): void {
    this.#ready?.controls.moveNow(move);
  }

  /** No hand holds it any more: it stands where the jam says. */
  release(track: number, control: Control): void {
    const ready = this.#ready;
    ready?.controls.release(track, control);
    if (ready && this.#jam) this.#showTracks(ready, this.#jam);
  }

  /** Sounds at once, for me alone. */
  audition(track: number, pitch: number, velocity: number): void {
    const found = this.#jam?.tracks.find(({ id }) => id === track);
    const engine = this.#ready?.rig.engine;
    if (!found || !engine) return;
    const message = auditionVoice(found, { pitch, velocity, duration: AUDITION_SECONDS }, MINE_PAIR);
    if (message) this.#tellOfFailure(engine.loadSynth(message[1] as string).then(() => engine.send(message)));
  }

  setMyMix(track: number, mix: MyTrackMix): void {
    this.#myMix.set(track, mix);
    this.#ready?.rig.mixer.setMyMix(track, mix, this.#slots);
  }

  /** Linear, 0 to 1. */
  setVolume(volume: number): void {
    this.#volume = volume;
    this.#ready?.rig.mixer.setVolume(volume);
  }

  setMetronome(on: boolean): void {
    this.#setClick({ ...this.#click, metronome: on });
  }

  setCountIn(on: boolean): void {
    this.#setClick({ ...this.#click, countIn: on });
  }

  /** Seconds the speakers are later than the device knows of (Bluetooth). What sounds moves there without a gap. */
  setTrim(trim: number): void {
    if (this.#ready) this.#trim.glideTo(trim);
    else this.#trim.jumpTo(trim);
  }

  /** The speakers are others: what was measured of them says nothing any more. */
  outputChanged(): void {
    this.#ready?.conductor.outputChanged();
  }

  /** Null while the sound is off. */
  output(): PlayerOutput | null {
    return this.#ready && outputOf(this.#ready);
  }

  /**
   * The beat that is heard at an instant of `performance.now()`. Tags are audible instants and the trim
   * brings late speakers forward, so what is heard now is what the room's clock says.
   */
  heard(performanceNow: number): HeardBeat {
    const time = this.#room && roomTimeAt(this.#room.course, this.#clock.fromPerformance(performanceNow));
    return heardBeat(this.#jam?.timeline, time);
  }

  /** Told of each note of a track about a tenth of a second before it is heard. Returns the end of it. */
  onSounding(listener: (note: SoundingNote) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Told when the machine seems to have slept: the room's clock should be asked again. Returns the end of it. */
  onSleep(listener: () => void): () => void {
    this.#sleepers.add(listener);
    return () => this.#sleepers.delete(listener);
  }

  /** Peak of the last 21 ms, linear; of a track after its volume, or of the room mix. */
  level(track: number | null): number {
    const slot = track === null ? null : this.#slots.of(track);
    return track !== null && slot === null ? 0 : (this.#ready?.rig.mixer.level(slot) ?? 0);
  }

  /** For sound from and to others; another one after each start, null while the sound is off. */
  get rig(): Rig | null {
    return this.#ready?.rig ?? null;
  }

  /** Records the room mix, or mine. Rejects where the sound is off or stands still. */
  async tap(seconds: number, mix: "roomMix" | "myMix" = "roomMix"): Promise<TapRecording> {
    if (!this.#ready) throw new Error("the sound is off");
    const { context, mixer, clock } = this.#ready.rig;
    const recording = await tap(context, mixer[mix], mixer.silence(), seconds);
    const local = clock.localAt(recording.contextTime);
    const heardAt = local === null || !this.#room ? Number.NaN : roomTimeAt(this.#room.course, local);
    return { ...recording, roomTime: heardAt };
  }

  inspect(): PlayerInspection {
    const { state } = this.#status.peek();
    return { state, mode: this.#mode, missed: this.#missed, ...figuresOf(this.#ready) };
  }

  /** Ends the sound and frees its device; `start` may be called again. */
  close(): void {
    this.#end();
    this.#status.value = OFF;
  }

  #build(context: AudioContext): Promise<Rig> {
    return buildRig({
      context,
      clock: this.#clock,
      mode: this.#mode,
      base: this.#base,
      events: {
        tick: (missed) => {
          this.#missed = missed;
          if (!this.#ready) return;
          this.#ready.conductor.tick();
          this.#tick(this.#ready);
        },
        released: (notes) => this.#tellSounding(notes),
        failed: (reason) => this.#fail(reason),
      },
      onProgress: (progress, waitsFor) => this.#setStarting(progress, waitsFor),
    });
  }

  /** Makes a rig that is ready this player's, with everything that was asked for before. */
  #take(rig: Rig): void {
    rig.clock.setTrim(this.#trim.value);
    rig.mixer.setVolume(this.#volume);
    for (const [track, mix] of this.#myMix) rig.mixer.setMyMix(track, mix, this.#slots);
    const running: PlayerStatus = { state: "running", cause: null, progress: 1, waitsFor: null };
    this.#status.value = running;
    const conductor = new Conductor(rig, this.#clock, this.#slots, {
      held: (cause) => {
        const { state, cause: before } = this.#status.peek();
        if (state === "interrupted" && before === cause) return;
        this.#status.value = { ...running, state: "interrupted", cause };
      },
      entered: () => {
        this.#status.value = running;
        this.#ready?.controls.resend();
      },
      slept: () => {
        for (const listener of this.#sleepers) listener();
      },
    });
    const { context, engine, mixer } = rig;
    const controls = new Controls({ context, engine, mixer, slots: this.#slots });
    const ready: Ready = { kind: "ready", rig, conductor, controls };
    this.#state = ready;
    this.#setClick(this.#click);
    // Whoever turns an effect up later need not be online then.
    this.#later = setTimeout(() => void this.#fitEffects(rig), AFTER_SOUND_MS);
    if (this.#room) conductor.setClock(this.#room);
    if (!this.#jam) return;
    this.#showTracks(ready, this.#jam);
    this.#tick(ready);
    conductor.setJam(this.#jam);
  }

  #showTracks({ rig, controls }: Ready, jam: Jam): void {
    rig.mixer.setTracks(controls.setTracks(jam.tracks), this.#slots);
    if (hasEffects(jam.tracks)) void this.#fitEffects(rig);
    for (const synth of synthsOf(jam.tracks)) this.#tellOfFailure(rig.engine.loadSynth(synth));
  }

  /** What time alone changes in the mixer: the echo follows the tempo as it comes, tails end. */
  #tick({ rig, controls }: Ready): void {
    if (!this.#jam) return;
    const { timeline } = this.#jam;
    const effects = controls.roomAsHeard(this.#jam.effects);
    const time = this.#room && roomTimeAt(this.#room.course, this.#clock.now());
    rig.mixer.setRoomEffects(effects, (time === null ? timeline.base : segmentAt(timeline, time)).tempo);
    rig.mixer.tick();
  }

  async #fitEffects(rig: Rig): Promise<void> {
    if (rig.mixer.hasEffects) return;
    const code = import("./effects.ts");
    this.#tellOfFailure(code);
    const fit = (got: Awaited<typeof code>) => rig.mixer.fitEffects(got);
    await code.then(fit, () => {});
  }

  #setClick(click: PlayerClick): void {
    this.#click = click;
    if (!this.#ready) return;
    if (click.metronome || click.countIn) this.#tellOfFailure(this.#ready.rig.engine.loadSynth(CLICK_SYNTH));
    this.#ready.conductor.setClick(click);
  }

  #tellSounding(notes: readonly ReleasedNote[]): void {
    for (const { track, step, pitch, host } of notes) {
      if (track < 0) continue;
      const note = { track, step, pitch, at: host * 1000 - performance.timeOrigin };
      for (const listener of this.#listeners) listener(note);
    }
  }

  /** What is missing is missing from the sound, not from the jam: it is said, and tried again with the next change. */
  #tellOfFailure(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      const cause = error instanceof Error ? error.message : String(error);
      this.#status.value = { ...this.#status.peek(), cause };
    });
  }

  #setStarting(progress: number, waitsFor: SoundWait): void {
    if (this.#state.kind === "starting")
      this.#status.value = { state: "starting", cause: null, progress, waitsFor };
  }

  #fail(cause: string): void {
    this.#end();
    this.#status.value = { state: "failed", cause, progress: 0, waitsFor: null };
  }

  #end(): void {
    this.#trim.settle();
    clearTimeout(this.#later);
    const state = this.#state;
    this.#state = { kind: "off" };
    if (state.kind === "ready") {
      state.conductor.close();
      state.rig.close();
    } else if (state.kind === "starting" && state.context.state !== "closed") void state.context.close();
  }
}

const hasEffects = (tracks: readonly Track[]): boolean => tracks.some(({ effects }) => isAffected(effects));
