/**
 * Voices of notes that are played live: begun and ended one by one, at once or at an instant of room time,
 * each on its track's own output, so that volume, mute, solo and effects are the track's. The instruments'
 * voices have a length and no key that is let go: they begin with the longest, and an end fades them out.
 */
import { instrumentById } from "#shared/music/instruments.ts";
import type { Track } from "#shared/music/model.ts";
import { defaultParams } from "#shared/music/voice.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import type { RoomTime } from "#shared/time/instants.ts";
import { at, type Line } from "#shared/time/line.ts";
import { type Engine, GROUPS } from "./engine.ts";
import { LIMITER_LATENCY } from "./limiter.ts";
import type { OscMessage } from "./release-plan.ts";
import type { Slots } from "./slots.ts";
import { trackVoice } from "./voice-message.ts";

export interface LiveStage {
  readonly engine: Pick<Engine, "send" | "sendAt">;
  readonly context: { readonly currentTime: number; readonly sampleRate: number };
  readonly slots: Pick<Slots, "of">;
  /** To the context's time, at the audible instant. */
  readonly contextFromRoom: Line;
}

/** Far above the numbers that the engine's client gives. */
const FIRST_NODE = 0x100_0000;
const NODES = 0x10_0000;
/** A voice outlasts every note, so that it is there when that ends. Seconds. */
const OUTLASTS = 2;
/** Seconds of fading, where the instrument has no release of its own, and within which one counts. */
const RELEASE = 0.15;
const RELEASES = { least: 0.03, most: 2 } as const;
/** From the end of a fade to that of its voice. Seconds. */
const AFTER_FADE = 0.02;

interface Voice {
  readonly node: number;
  /** Seconds. */
  readonly release: number;
}

export class LiveVoices {
  readonly #stage: () => LiveStage | null;
  readonly #voices = new Map<number, Voice>();
  #next = 0;

  constructor(stage: () => LiveStage | null) {
    this.#stage = stage;
  }

  /** Heard at an instant, or at once; false where nothing sounds. `id` names it for `end`. */
  begin(
    id: number,
    track: Track,
    note: { readonly pitch: number; readonly velocity: number },
    time: RoomTime | null,
  ): boolean {
    const stage = this.#stage();
    const pair = stage?.slots.of(track.id);
    const instrument = instrumentById(track.instrument);
    if (!stage || !instrument || pair === null || pair === undefined) return false;
    const voice = trackVoice(track, { ...note, duration: LIMITS.noteSeconds + OUTLASTS }, pair);
    if (!voice) return false;
    const node = FIRST_NODE + (this.#next++ % NODES);
    // "/s_new", synth, node, where in its group, group, arguments
    const [address, synth = "", , place = 0, , ...args] = voice;
    send(stage, time, 0, [address, synth, node, place, GROUPS.live, ...args]);
    if (instrument.envelope === "gate") this.#voices.set(id, { node, release: releaseOf(track) });
    return true;
  }

  /** What ends by itself is left alone. */
  end(id: number, time: RoomTime | null): void {
    const voice = this.#voices.get(id);
    const stage = this.#stage();
    if (!voice) return;
    this.#voices.delete(id);
    if (!stage) return;
    const { node, release } = voice;
    send(stage, time, 0, ["/n_set", node, "amp_slide", release, "amp", 0]);
    send(stage, time, release + AFTER_FADE, ["/n_free", node]);
  }

  /** All of them, at once; also those whose end the engine may have forgotten. */
  silence(): void {
    this.#voices.clear();
    this.#stage()?.engine.send(["/g_freeAll", GROUPS.live]);
  }
}

function send(stage: LiveStage, time: RoomTime | null, later: number, message: OscMessage): void {
  const { engine, context, contextFromRoom } = stage;
  if (time !== null)
    engine.sendAt(at(contextFromRoom, time) - LIMITER_LATENCY / context.sampleRate + later, message);
  else if (later === 0) engine.send(message);
  else engine.sendAt(context.currentTime + later, message);
}

function releaseOf(track: Track): number {
  const instrument = instrumentById(track.instrument);
  const release = track.params["release"] ?? (instrument && defaultParams(instrument)["release"]) ?? RELEASE;
  return Math.min(RELEASES.most, Math.max(RELEASES.least, release));
}
