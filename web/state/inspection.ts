/** The inspector's view of a session, as plain JSON: read from the parts themselves, never from the screen. */
import type { JamDocument } from "#shared/document/document.ts";
import { beatAt, isPlaying, segmentAt, tempoAt } from "#shared/music/timeline.ts";
import type { LocalClock } from "#shared/ports.ts";
import type { Player } from "../audio/player.ts";
import type { Inspection } from "../inspector.ts";
import type { Connection } from "../net/connection.ts";
import type { Counters } from "../net/counters.ts";
import type { People } from "./people.ts";

export function inspectSession(parts: {
  readonly version: string;
  readonly connection: Connection | null;
  readonly document: JamDocument;
  readonly people: People;
  readonly player: Player;
  readonly clock: LocalClock;
  readonly counters: Counters;
}): Inspection {
  const { connection, document, people, clock } = parts;
  const welcome = connection?.welcome ?? null;
  const jam = document.jam();
  const roomTime = connection?.roomNow() ?? null;
  const at = roomTime ?? jam.timeline.base.fromTime;
  const segment = segmentAt(jam.timeline, at);
  const status = connection?.clock.status(clock.now());
  const self = welcome ? people.peers.get(welcome.actor) : undefined;
  return {
    version: parts.version,
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
      tracks: jam.tracks.map(({ id, name, instrument, pattern }) => ({
        id,
        name,
        instrument,
        length: pattern.length,
        notes: pattern.notes.map(({ step, pitch, velocity }) => ({ step, pitch, velocity })),
      })),
    },
    engine: parts.player.inspect(),
    unacknowledged: connection?.spoke?.unacknowledged ?? 0,
    counters: structuredClone(parts.counters),
  };
}
