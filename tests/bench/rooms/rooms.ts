/**
 * Many rooms at once on one core of one server: what an edit costs it, how soon an edit is confirmed and how
 * soon it is at the others, and what a room weighs; beside y-websocket's server and a socket.io broadcast,
 * which do the same work one after the other. The crowd has the other cores.
 */
import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { RunOptions } from "../benchmark.ts";
import { cpuSeconds } from "../processes.ts";
import { atMost, type Outcome, type Row, rowOf } from "../report.ts";
import { type CrowdFigures, type CrowdOptions, type CrowdWord, SUBJECTS, type Subject } from "./subjects.ts";
import { PERSISTS, pin, START } from "./servers.ts";

const CROWD = join(import.meta.dirname, "crowd.ts");
const ROOMS = 50;
const PEOPLE = 8;
/** Of each person. */
const EDITS_A_SECOND = 4;

/** MB that a process holds in memory. */
function residentMb(pid: number): number {
  const kb = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kb ?? Number.NaN) / 1024;
}

/** What the crowd says, in its order. */
async function hear<T extends CrowdWord["type"]>(
  crowd: ChildProcess,
  type: T,
): Promise<Extract<CrowdWord, { type: T }>> {
  return new Promise((done, fail) => {
    const end = (act: () => void) => {
      crowd.off("message", listen);
      crowd.off("exit", gone);
      act();
    };
    const listen = (word: CrowdWord) => {
      if (word.type === type) end(() => done(word as Extract<CrowdWord, { type: T }>));
    };
    const gone = (code: number | null) => end(() => fail(new Error(`the crowd ended with ${code}`)));
    crowd.on("message", listen);
    crowd.on("exit", gone);
  });
}

interface Measured extends CrowdFigures {
  readonly cpuSeconds: number;
  readonly crowdCpuSeconds: number;
  readonly memoryMb: number;
}

async function measure(options: Omit<CrowdOptions, "url">): Promise<Measured> {
  const server = await START[options.subject]();
  const before = residentMb(server.pid);
  const others = availableParallelism() > 1 ? `1-${availableParallelism() - 1}` : "0";
  pin(server.pid, "0");
  // As JSON it would lose what there is not (NaN).
  const crowd = fork(CROWD, [JSON.stringify({ ...options, url: server.url })], { serialization: "advanced" });
  const pid = crowd.pid as number;
  try {
    pin(pid, others);
    const [begin, end, figures] = [hear(crowd, "begin"), hear(crowd, "end"), hear(crowd, "figures")];
    await begin;
    const [busyAtFirst, crowdAtFirst] = [cpuSeconds(server.pid), cpuSeconds(pid)];
    await end;
    const [busy, crowdBusy] = [cpuSeconds(server.pid) - busyAtFirst, cpuSeconds(pid) - crowdAtFirst];
    const memoryMb = residentMb(server.pid) - before;
    return { ...(await figures).figures, cpuSeconds: busy, crowdCpuSeconds: crowdBusy, memoryMb };
  } finally {
    crowd.kill("SIGKILL");
    await server.close();
  }
}

function rowsOf(subject: Subject, rooms: number, seconds: number, measured: Measured): Row[] {
  const { edits, ack, arrival, notArrived, memoryMb } = measured;
  const row = rowOf(`${rooms} rooms of ${PEOPLE}, ${EDITS_A_SECOND} edits a second each`, subject);
  return [
    row("edits", edits, ""),
    row("CPU an edit", (1e6 * measured.cpuSeconds) / edits, "µs"),
    row("its core, busy", (100 * measured.cpuSeconds) / seconds, "%"),
    row("the crowd's core, busy", (100 * measured.crowdCpuSeconds) / seconds, "%"),
    row("ack p50", ack.p50, "ms"),
    row("ack p95", ack.p95, "ms"),
    row("ack p99", ack.p99, "ms"),
    row("edit → others p50", arrival.p50, "ms"),
    row("edit → others p95", arrival.p95, "ms"),
    row("edit → others p99", arrival.p99, "ms"),
    row("not arrived", notArrived, ""),
    row("memory a room", (1024 * memoryMb) / rooms, "kB"),
    row("kept (0 no, 1 written, 2 synced)", PERSISTS[subject], ""),
  ];
}

export async function runRooms({ quick, say }: RunOptions): Promise<Outcome> {
  const rooms = quick ? ROOMS / 10 : ROOMS;
  const seconds = quick ? 5 : 30;
  const rows: Row[] = [];
  for (const subject of SUBJECTS) {
    const options = { subject, rooms, people: PEOPLE, edits: EDITS_A_SECOND, warmUpSeconds: 3, seconds };
    const measured = await measure(options);
    rows.push(...rowsOf(subject, rooms, seconds, measured));
    say(`${subject}: edit → others p95 ${measured.arrival.p95.toFixed(1)} ms`);
  }
  const ours = (metric: string) =>
    rows.find((row) => row.subject === "tutti" && row.metric === metric)?.value ?? Number.NaN;
  return {
    rows,
    bars: [atMost("ack p95, ms", ours("ack p95"), 100), atMost("not arrived", ours("not arrived"), 0)],
  };
}
