/** The inspector's view of a session, as plain JSON: read from the parts themselves, never from the screen. */
import type { JamDocument } from "#shared/document/document.ts";
import type { RoomEffects, TrackEffects } from "#shared/music/effects.ts";
import type { Chain, Scene } from "#shared/music/model.ts";
import { beatAt, isPlaying, segmentAt, tempoAt } from "#shared/music/timeline.ts";
import type { LocalClock } from "#shared/ports.ts";
import type { Rung } from "#shared/protocol/messages.ts";
import { VERSION } from "#shared/protocol/version.ts";
import type { Player } from "../audio/player.ts";
import type { Connection } from "../net/connection.ts";
import type { Counters } from "../net/counters.ts";
import type { People } from "./people.ts";

export interface Inspection {
  readonly version: string;
  readonly room: string | null;
  readonly self: {
    readonly id: number;
    readonly name: string;
    readonly role: string;
    readonly actor: number;
  } | null;
  readonly peers: readonly {
    readonly id: number;
    readonly actor: number;
    readonly name: string;
    readonly role: string;
    readonly link: Rung;
    readonly state: "here" | "lost";
    readonly rtt: number | null;
  }[];
  readonly clock: {
    readonly state: string;
    readonly roomTime: number | null;
    readonly offset: number;
    readonly drift: number;
    readonly errorBound: number;
    readonly rtt: number;
  };
  readonly transport: {
    readonly playing: boolean;
    readonly tempo: number;
    readonly beat: number;
    readonly originBeat: number;
    readonly originTime: number;
  };
  readonly document: {
    readonly digest: string;
    readonly tracks: readonly {
      readonly id: number;
      readonly name: string;
      readonly instrument: string;
      /** The selected pattern, whose length and notes these are. */
      readonly pattern: number;
      /** The patterns that hold notes. */
      readonly filled: readonly number[];
      readonly length: number;
      readonly effects: TrackEffects;
      readonly notes: readonly { readonly step: number; readonly pitch: number; readonly velocity: number }[];
    }[];
    readonly scenes: readonly Scene[];
    readonly chain: Chain;
    readonly effects: RoomEffects;
    readonly locked: boolean;
  };
  readonly engine: {
    readonly state: string;
    readonly mode: string;
    readonly sampleRate: number;
    readonly contextTime: number;
    readonly outputLatency: number;
    /** Notes that reached the engine too late. */
    readonly late: number;
    /** Notes left out because this machine stalled. */
    readonly missed: number;
    /** Transport changes learned of too late to be heard at their instant. */
    readonly phaseJumps: number;
    /** Room time up to which notes are planned; null while nothing is. */
    readonly scheduledUntil: number | null;
  };
  /** Deltas of our own that the server has not confirmed. */
  readonly unacknowledged: number;
  readonly counters: Counters;
}

/** What is looked into. */
export interface Inspected {
  readonly connection: Connection | null;
  readonly document: JamDocument;
  readonly people: People;
  readonly player: Player;
  readonly clock: LocalClock;
  readonly counters: Counters;
  /** Own edits that the server has not confirmed. */
  readonly waiting: number;
}

export function inspectSession(parts: Inspected): Inspection {
  const { connection, document, people, clock } = parts;
  const welcome = connection?.welcome ?? null;
  const jam = document.jam();
  const roomTime = connection?.roomNow() ?? null;
  const at = roomTime ?? jam.timeline.base.fromTime;
  const segment = segmentAt(jam.timeline, at);
  const status = connection?.clock.status(clock.now());
  const self = welcome ? people.peers.get(welcome.actor) : undefined;
  return {
    version: `${VERSION.major}.${VERSION.minor}`,
    room: welcome?.room ?? null,
    self: self ? { id: self.member, name: self.name, role: self.role, actor: self.actor } : null,
    peers: people.list
      .peek()
      .filter((person) => !person.self)
      .map(({ member, actor, name, role, rung, lost, clock: theirs }) => ({
        id: member,
        actor,
        name,
        role,
        link: rung,
        state: lost ? "lost" : "here",
        rtt: theirs?.rtt ?? null,
      })),
    clock: {
      state: status?.state ?? "unlocked",
      roomTime,
      offset: status?.offset ?? 0,
      drift: status?.drift ?? 0,
      errorBound: status?.errorBound ?? 0,
      rtt: status?.rtt ?? 0,
    },
    transport: {
      playing: isPlaying(jam.timeline, at),
      tempo: tempoAt(jam.timeline, at),
      beat: beatAt(jam.timeline, at),
      originBeat: segment.fromBeat,
      originTime: segment.fromTime,
    },
    document: {
      digest: document.digest(),
      tracks: jam.tracks.map(({ id, name, instrument, pattern, patternIndex, filled, effects }) => ({
        id,
        name,
        instrument,
        pattern: patternIndex,
        filled,
        length: pattern.length,
        effects,
        notes: pattern.notes.map(({ step, pitch, velocity }) => ({ step, pitch, velocity })),
      })),
      scenes: jam.scenes,
      chain: jam.chain,
      effects: jam.effects,
      locked: jam.locked,
    },
    engine: parts.player.inspect(),
    unacknowledged: parts.waiting,
    counters: structuredClone(parts.counters),
  };
}
