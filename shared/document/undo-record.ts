/**
 * One member's stacks of undo and redo as they outlive the page: each entry's values as a delta, which is
 * read like any other, and its stamps beside it. What stands there is only ever a proposal: an entry whose
 * stamps do not stand in the document is skipped, so a record that is old or damaged takes back nothing wrong.
 */
import * as v from "valibot";
import { decodeDelta, encodeDelta } from "./codec.ts";
import type { Stamp } from "./delta.ts";
import { keyId } from "./keys.ts";
import { Bytes } from "./own-edits.ts";
import { compareStamps, ZERO_STAMP } from "./stamp.ts";
import type { Slot, Stacks } from "./undo.ts";

/** Registers that are kept of both stacks together: some hundreds of gestures, in at most some 100 kB. */
const KEPT_CHANGES = 4_096;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Two writes a register: its value, and the other one. Two stamps, and when it was made: seven numbers a register. */
const PackedEntry = v.object({ delta: Bytes, stamps: v.array(whole) });
const PackedUndo = v.object({ done: v.array(PackedEntry), undone: v.array(PackedEntry) });
export type PackedEntry = v.InferOutput<typeof PackedEntry>;
export type PackedUndo = v.InferOutput<typeof PackedUndo>;

const NUMBERS = 7;
const numbersOf = ({ time, counter, actor }: Stamp): number[] => [time, counter, actor];

function packEntry(slots: readonly Slot[]): PackedEntry {
  const writes = slots.flatMap(({ key, value, other }) => [
    { key, value },
    { key, value: other },
  ]);
  const delta = encodeDelta(
    { actor: 0, seq: 1, stamp: ZERO_STAMP, writes },
    { explicitActor: true, nowMs: 0 },
  );
  return {
    delta,
    stamps: slots.flatMap(({ standing, under, made }) => [...numbersOf(standing), ...numbersOf(under), made]),
  };
}

/** Null for nothing. The newest entries first have their place, what is undone before what is done long ago. */
export function packUndo({ done, undone }: Stacks): PackedUndo | null {
  let left = KEPT_CHANGES;
  const newest = (stack: Stacks["done"]): PackedEntry[] => {
    const from = stack.findLastIndex((slots) => (left -= slots.length) < 0) + 1;
    return stack.slice(from).map(packEntry);
  };
  const packed = { undone: newest(undone), done: newest(done) };
  return packed.done.length + packed.undone.length === 0 ? null : packed;
}

function unpackEntry({ delta, stamps }: PackedEntry): Slot[] | null {
  const read = decodeDelta(delta, { actor: null, nowMs: 0, highestSeq: () => 0 });
  if (!read.ok || read.value.writes.length * NUMBERS !== stamps.length * 2) return null;
  const { writes } = read.value;
  const slots: Slot[] = [];
  for (let i = 0; i * NUMBERS < stamps.length; i++) {
    const [value, other] = [writes[2 * i], writes[2 * i + 1]];
    const numbers = stamps.slice(i * NUMBERS, (i + 1) * NUMBERS);
    const [time = 0, counter = 0, actor = 0, underTime = 0, underCounter = 0, underActor = 0, made = 0] =
      numbers;
    const standing = { time, counter, actor };
    const under = { time: underTime, counter: underCounter, actor: underActor };
    // A register that nobody has written is nobody's doing.
    if (!value || !other || keyId(value.key) !== keyId(other.key)) return null;
    if (compareStamps(standing, ZERO_STAMP) === 0) return null;
    slots.push({ key: value.key, value: value.value, other: other.value, standing, under, made });
  }
  return slots.length > 0 ? slots : null;
}

/** Total: of a stack that cannot be read to its end only what is younger than the fault is there. */
export function unpackUndo(packed: unknown): Stacks {
  const parsed = v.safeParse(PackedUndo, packed);
  if (!parsed.success) return { done: [], undone: [] };
  const readable = (stack: readonly PackedEntry[]): Slot[][] => {
    const entries = stack.map(unpackEntry);
    return entries.slice(entries.lastIndexOf(null) + 1).filter((entry) => entry !== null);
  };
  return { done: readable(parsed.output.done), undone: readable(parsed.output.undone) };
}
