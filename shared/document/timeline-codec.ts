/**
 * The bytes of a transport: flags that say what need not be written since it follows, and a segment or two.
 * Where its tempo ramps it has a layout of its own, which an older version skips.
 *
 *     timeline = flags u8 · base · [next]
 *     segment  = fromTime f64 · fromBeat f64 · tempo (u16, else f64), less what the flags say
 *     ramped   = flags u8 (1: the base's, 2: next's) · beats u16 · tempo u16 for each · timeline
 */
import { beatOf, type Ramp, type Segment, type Timeline } from "../music/timeline.ts";
import { roomTime } from "../time/instants.ts";
import type { ByteReader, ByteWriter } from "./bytes.ts";
import { TEMPO_PARTS } from "./values.ts";

/** Of a transport: what stands, and what need not be written since it follows. */
const TRANSPORT = {
  runs: 1,
  next: 2,
  nextRuns: 4,
  /** Both tempos are whole hundredths, in a u16 each. */
  shortTempo: 8,
  /** The base's time is 0. */
  timeZero: 16,
  /** The base's beat is 0. */
  beatZero: 32,
  /** The beat goes on through `next`. */
  onward: 64,
} as const;

const RAMP = { base: 1, next: 2 } as const;

function flagsOf({ base, next }: Timeline): number {
  const isShort = ({ tempo }: Segment) => Math.round(tempo * TEMPO_PARTS) / TEMPO_PARTS === tempo;
  return (
    (base.running ? TRANSPORT.runs : 0) |
    (next ? TRANSPORT.next : 0) |
    (next?.running ? TRANSPORT.nextRuns : 0) |
    (isShort(base) && (!next || isShort(next)) ? TRANSPORT.shortTempo : 0) |
    (base.fromTime === 0 ? TRANSPORT.timeZero : 0) |
    (base.fromBeat === 0 ? TRANSPORT.beatZero : 0) |
    (next && next.fromBeat === beatOf(base, next.fromTime) ? TRANSPORT.onward : 0)
  );
}

/** Ramps are left out: where there are any, `writeRampedTimeline` it is. */
export function writeTimeline(out: ByteWriter, timeline: Timeline): void {
  const { base, next } = timeline;
  const flags = flagsOf(timeline);
  const writeTempo = (tempo: number) =>
    (flags & TRANSPORT.shortTempo) === 0 ? out.f64(tempo) : out.u16(Math.round(tempo * TEMPO_PARTS));
  out.u8(flags);
  if ((flags & TRANSPORT.timeZero) === 0) out.f64(base.fromTime);
  if ((flags & TRANSPORT.beatZero) === 0) out.f64(base.fromBeat);
  writeTempo(base.tempo);
  if (!next) return;
  out.f64(next.fromTime);
  if ((flags & TRANSPORT.onward) === 0) out.f64(next.fromBeat);
  writeTempo(next.tempo);
}

export const hasRamp = ({ base, next }: Timeline): boolean =>
  base.ramp !== undefined || next?.ramp !== undefined;

export function writeRampedTimeline(out: ByteWriter, timeline: Timeline): void {
  const [base, next] = [timeline.base.ramp, timeline.next?.ramp];
  out.u8((base ? RAMP.base : 0) | (next ? RAMP.next : 0));
  for (const ramp of [base, next]) {
    if (!ramp) continue;
    out.u16(ramp.beats);
    out.u16(Math.round(ramp.to * TEMPO_PARTS));
  }
  writeTimeline(out, timeline);
}

/** Of bytes that are no timeline the reader fails, or what comes out is made regular by who asked. */
export function readTimeline(
  body: ByteReader,
  ramps: { readonly base?: Ramp; readonly next?: Ramp } = {},
): Timeline {
  const flags = body.u8();
  const is = (flag: number) => (flags & flag) !== 0;
  const tempo = () => (is(TRANSPORT.shortTempo) ? body.u16() / TEMPO_PARTS : body.f64());
  const base: Segment = {
    fromTime: roomTime(is(TRANSPORT.timeZero) ? 0 : body.f64()),
    fromBeat: is(TRANSPORT.beatZero) ? 0 : body.f64(),
    tempo: tempo(),
    running: is(TRANSPORT.runs),
    ...(ramps.base && { ramp: ramps.base }),
  };
  if (!is(TRANSPORT.next)) return { base, next: null };
  const fromTime = roomTime(body.f64());
  const fromBeat = is(TRANSPORT.onward) ? beatOf(base, fromTime) : body.f64();
  const next = { fromTime, fromBeat, tempo: tempo(), running: is(TRANSPORT.nextRuns) };
  return { base, next: { ...next, ...(ramps.next && { ramp: ramps.next }) } };
}

export function readRampedTimeline(body: ByteReader): Timeline {
  const flags = body.u8();
  const ramp = () => ({ beats: body.u16(), to: body.u16() / TEMPO_PARTS });
  const base = (flags & RAMP.base) === 0 ? {} : { base: ramp() };
  const next = (flags & RAMP.next) === 0 ? {} : { next: ramp() };
  return readTimeline(body, { ...base, ...next });
}
