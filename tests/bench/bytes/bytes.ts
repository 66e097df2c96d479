/**
 * What edits and the whole document weigh, and how long a newcomer takes to load it: the same random
 * edits of four people beside Yjs, Automerge, Loro, a socket.io frame and JSON. Bytes are payloads, without
 * what the channel adds. Everything but the time depends on the seed alone.
 */
import { deflateRawSync } from "node:zlib";
import type { RunOptions } from "../benchmark.ts";
import { atMost, type Bar, type Outcome, type Row, rowOf } from "../report.ts";
import { mean, median } from "../stats.ts";
import { type Edit, edits, type Kind, KINDS } from "./edits.ts";
import { Automerge, Json, Loro, SocketIo, YjsJam, YjsV2State } from "./rivals.ts";
import type { Form, Holder, Subject } from "./subject.ts";
import { TuttiJam } from "./tutti.ts";

const SEED = 1;
const EDITS = 2_000;
const SMALL_STATE = 10_000;
const LARGE_STATE = 100_000;
/** Edits that are given to whom one by one is too slow. */
const TOGETHER = 500;
/** Interleaved, so that a busy moment of the machine hits all; and rounds before them that only warm up. */
const ROUNDS = 15;
const WARM_UP = 5;
/**
 * Loads of one state in a round, of everybody as many, so that none is measured warmer than another. Of the small
 * one several, since some machines tell CPU time in coarse steps; of the large one a rival's takes half a second.
 */
const LOADS = { small: 10, large: 1 };

const FAST = "an edit on the fast path";
const YJS = ["yjs", "yjs, v2"] as const;
const stateCase = (count: number): string => `state after ${count} edits`;

function take(source: Iterator<Edit>, count: number): Edit[] {
  return Array.from({ length: count }, () => source.next().value as Edit);
}

/** Makes every edit; the sizes by kind. The music starts halfway, since a tempo then says more. */
function payloads(subject: Subject, list: readonly Edit[]): Map<Kind, number[]> {
  const sizes = new Map<Kind, number[]>(KINDS.map((kind) => [kind, []]));
  for (const [index, edit] of list.entries()) {
    if (index === list.length >> 1 && subject instanceof TuttiJam)
      subject.command(0, edit.atMs - 1, { type: "PLAYBACK_START" });
    sizes.get(edit.kind)?.push(subject.edit(edit));
  }
  return sizes;
}

function payloadRows(name: string, subject: string, sizes: ReadonlyMap<Kind, readonly number[]>): Row[] {
  const row = rowOf(name, subject);
  const all = [...sizes.values()].flat();
  return [
    ...[...sizes].map(([kind, bytes]) => row(`${kind}, mean`, mean(bytes), "bytes")),
    row("all, mean", mean(all), "bytes"),
    row("all, largest", Math.max(...all), "bytes"),
  ];
}

function measureEdits(count: number): Row[] {
  const list = take(edits(SEED), count);
  const rows = (name: string, subjects: Readonly<Record<string, Subject>>) =>
    Object.entries(subjects).flatMap(([subject, each]) => payloadRows(name, subject, payloads(each, list)));
  return [
    ...rows(FAST, {
      tutti: new TuttiJam("fast"),
      yjs: new YjsJam(),
      "yjs, deleting": new YjsJam({ deletes: true }),
      automerge: new Automerge(),
      loro: new Loro(),
      "socket.io": new SocketIo(),
      json: new Json(),
    }),
    ...rows("an edit on its author's socket", { tutti: new TuttiJam("to server") }),
    ...rows("an edit from the server to the others", { tutti: new TuttiJam("from server") }),
  ];
}

interface Loading {
  readonly subject: string;
  readonly form: Form;
  readonly state: Uint8Array;
  readonly times: number[];
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** CPU time of one load, this process's threads together, in ms: the mean of `loads`. */
function loadOnce({ form, state }: Loading, loads: number): number {
  const start = cpuMs();
  for (let left = loads; left > 0; left--) form.load(state);
  return (cpuMs() - start) / loads;
}

function stateRows(name: string, loadings: readonly Loading[], rounds: number, loads: number): Row[] {
  for (let round = -WARM_UP; round < rounds; round++)
    for (const loading of loadings) {
      const time = loadOnce(loading, loads);
      if (round >= 0) loading.times.push(time);
    }
  return loadings.flatMap(({ subject, state, times }) => {
    const row = rowOf(name, subject);
    return [
      row("size", state.length, "bytes"),
      row("size, deflated", deflateRawSync(state).length, "bytes"),
      row("CPU to load, median", median(times), "ms"),
    ];
  });
}

function makeAll(holders: readonly Holder[], list: readonly Edit[]): void {
  for (const holder of holders) {
    if (holder.editAll) holder.editAll(list);
    else for (const edit of list) holder.edit(edit);
  }
}

/** The same edits in everybody's hands, measured after each number of them. */
function measureStates(counts: readonly number[], rounds: number, say: RunOptions["say"]): Row[] {
  const source = edits(SEED);
  const tutti = new TuttiJam();
  const yjs = new YjsJam();
  const holders = { tutti, yjs, automerge: new Automerge(), loro: new Loro(), json: new Json() };
  const forms: Readonly<Record<string, Form>> = { ...holders, [YJS[1]]: new YjsV2State(yjs) };
  let made = 0;
  return counts.flatMap((count) => {
    for (; made < count; made += TOGETHER) makeAll(Object.values(holders), take(source, TOGETHER));
    say(`${count} edits made by all`);
    const loadings = Object.entries(forms).map(
      ([subject, form]): Loading => ({ subject, form, state: form.state(), times: [] }),
    );
    const loads = count === counts[0] ? LOADS.small : LOADS.large;
    const rows = stateRows(stateCase(count), loadings, rounds, loads);
    return [...rows, rowOf(stateCase(count), "tutti")("registers", tutti.size, "")];
  });
}

function barsOf(rows: readonly Row[], small: number, large: number): Bar[] {
  const value = (name: string, subject: string, metric: string) =>
    rows.find((row) => row.case === name && row.subject === subject && row.metric === metric)?.value ??
    Number.NaN;
  const toggle = value(FAST, "tutti", "toggle, mean");
  const size = (count: number) => value(stateCase(count), "tutti", "size");
  const registers = (count: number) => value(stateCase(count), "tutti", "registers");
  const cpu = (count: number, subject: string) => value(stateCase(count), subject, "CPU to load, median");
  const yjsCpu = (count: number) => Math.min(...YJS.map((subject) => cpu(count, subject)));
  return [
    atMost("a toggle on the fast path, bytes", toggle, 9),
    atMost("a toggle as a share of Yjs's", toggle / value(FAST, "yjs", "toggle, mean"), 0.35),
    atMost("an edit of any kind on the fast path, bytes", value(FAST, "tutti", "all, mean"), 12),
    atMost(`snapshot after ${small} edits, bytes`, size(small), 4_000),
    ...[small, large].map((count) =>
      atMost(`snapshot after ${count} edits, bytes a register`, size(count) / registers(count), 4.5),
    ),
    atMost(`snapshot after ${large} edits to that after ${small}`, size(large) / size(small), 1.1),
    ...[small, large].map((count) =>
      atMost(`loading after ${count} edits, as a share of Yjs's`, cpu(count, "tutti") / yjsCpu(count), 0.1),
    ),
  ];
}

export function runBytes({ quick, say }: RunOptions): Promise<Outcome> {
  const [small, large] = quick ? [SMALL_STATE / 10, LARGE_STATE / 10] : [SMALL_STATE, LARGE_STATE];
  const rows = measureEdits(quick ? EDITS / 10 : EDITS);
  say("edits measured");
  rows.push(...measureStates([small, large], quick ? 3 : ROUNDS, say));
  return Promise.resolve({ rows, bars: barsOf(rows, small, large) });
}
