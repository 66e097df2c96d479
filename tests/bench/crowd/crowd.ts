/**
 * A full room with a full audience: what it costs the server and the players, whether anything is lost, and how soon
 * everybody is back when the SFU's worker is killed under them. All of it on this machine, so that the crowd's own
 * share of the cores stands beside the server's.
 */
import { createRoom, type RoomLinks } from "../../e2e/support/rooms.ts";
import { TestServer } from "../../e2e/support/server.ts";
import { until } from "../../e2e/support/until.ts";
import type { RunOptions } from "../benchmark.ts";
import { watchOthers } from "../other-load.ts";
import { childrenOf, cpuSeconds } from "../processes.ts";
import { atMost, type Outcome, type Row, rowOf } from "../report.ts";
import { percentile } from "../stats.ts";
import { Group } from "./group.ts";
import type { Back, GroupOptions, Look } from "./words.ts";

export interface CrowdPlan {
  readonly performers: number;
  /** Performers beside those who are heard too, and hear each other. */
  readonly voices: number;
  readonly listeners: number;
  /** How long everybody edits, without the audience and with it. */
  readonly seconds: number;
  /** Of each performer. */
  readonly editsASecond: number;
  readonly say: (line: string) => void;
}

export interface CrowdFigures {
  readonly rows: readonly Row[];
  /** Documents there are in the end, of all copies. */
  readonly documents: number;
  /** Edits that somebody lacks in the end. */
  readonly lost: number;
  /** Connections that have ended for good, and documents that the server had to replace. */
  readonly ended: number;
  readonly replaced: number;
  /** In the end, of each stream of sound that a voice hears, bits a second. */
  readonly bitrates: readonly number[];
  readonly performersBack: Back;
  readonly listenersBack: Back;
}

/** Listeners a second: as many as come when a link is shown to a full room. */
const COMING = 20;
/** What is under way when the last edit is made. */
const SETTLING_MS = 60_000;

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, 1_000 * seconds));
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

interface Spent {
  readonly server: number;
  readonly worker: number;
  readonly crowd: number;
  readonly at: number;
}

type Links = Pick<RoomLinks, "performer" | "listener">;

class Crowd {
  readonly #plan: CrowdPlan;
  readonly #server: TestServer;
  readonly #links: Links;
  readonly #band: Group[] = [];
  readonly #audience: Group[] = [];
  readonly #rows: Row[] = [];
  /** Made by each performer so far. */
  #edits = 0;
  #actors: readonly number[] = [];

  constructor(plan: CrowdPlan, server: TestServer, links: Links) {
    this.#plan = plan;
    this.#server = server;
    this.#links = links;
  }

  async run(): Promise<CrowdFigures> {
    const { listeners, seconds, say } = this.#plan;
    await this.#bandComes();
    say("the band is there");
    await this.#play("without an audience", seconds);
    await this.#audienceComes();
    say(`${listeners} listeners are there`);
    await this.#play("with the audience", seconds);
    await this.#settle();
    say("one document; the worker is killed");
    const [performersBack, listenersBack] = await this.#kill();
    await this.#settle();
    // A stream that has just ended is asked for again after a moment.
    await until(
      async () => (await this.#look()).every(({ bitrates }) => bitrates.every((each) => each > 0)),
      {
        what: "sound",
      },
    ).catch(() => undefined);
    const looks = await this.#look();
    this.#tellBack("performers", performersBack);
    this.#tellBack("listeners", listenersBack);
    return {
      rows: this.#rows,
      documents: new Set(looks.flatMap(({ digests }) => digests)).size,
      lost: this.#lost(looks),
      ended: sum(looks.map(({ ended }) => ended)),
      replaced: sum(looks.map(({ replaced }) => replaced)),
      bitrates: looks.flatMap(({ bitrates }) => bitrates),
      performersBack,
      listenersBack,
    };
  }

  async leave(): Promise<void> {
    await Promise.allSettled([...this.#band, ...this.#audience].map((group) => group.leave()));
  }

  get #everybody(): readonly Group[] {
    return [...this.#band, ...this.#audience];
  }

  #options(kind: GroupOptions["kind"], count: number, spacing: number): GroupOptions {
    const link = kind === "listeners" ? this.#links.listener : this.#links.performer;
    const { editsASecond } = this.#plan;
    return { kind, count, spacing, editsASecond, link, seed: kind === "voices" ? 1_000 : 1 };
  }

  async #bandComes(): Promise<void> {
    const { performers, voices } = this.#plan;
    this.#band.push(await Group.come(this.#options("performers", performers, 0.05)));
    if (voices > 0) this.#band.push(await Group.come(this.#options("voices", voices, 0.05)));
    const looks = await this.#look();
    this.#actors = looks.flatMap(({ actors }) => actors);
    if (voices > 0) await this.#band[1]?.hear(looks[1]?.actors ?? []);
  }

  async #audienceComes(): Promise<void> {
    const { listeners, performers, voices } = this.#plan;
    await this.#look();
    const before = this.#spent();
    this.#audience.push(await Group.come(this.#options("listeners", listeners, 1 / COMING)));
    const spent = this.#since(before);
    const [look] = await this.#look();
    const row = rowOf("the audience comes", "tutti");
    const received = (look?.socket.receivedMessages ?? 0) / performers;
    const cpu = (share: number) => (1_000 * share * spent.seconds) / listeners;
    this.#rows.push(
      row("listeners", listeners, ""),
      row("seconds", spent.seconds, ""),
      row("messages to each performer, a listener", received / listeners, ""),
      row("CPU a listener, server", cpu(spent.server), "ms"),
      row("CPU a listener, SFU worker", cpu(spent.worker), "ms"),
      row("of how many performers", performers + voices, ""),
    );
  }

  /** Everybody in the band edits for so long. */
  async #play(name: string, seconds: number): Promise<void> {
    const { performers, voices, listeners, editsASecond } = this.#plan;
    // What their coming has brought is done by then.
    await pause(2);
    await this.#look();
    const [before, others] = [this.#spent(), watchOthers()];
    await this.#edit(seconds * editsASecond);
    const spent = this.#since(before);
    const busy = others();
    const looks = await this.#look();
    const [band] = looks;
    const audience = looks[this.#band.length];
    const row = rowOf(`${performers + voices} performers ${name}`, "tutti");
    const each = (bytes: number | undefined, people: number) =>
      (bytes ?? Number.NaN) / people / spent.seconds;
    this.#rows.push(
      row("edits a second", sum(looks.map(({ edits }) => edits)) / spent.seconds, ""),
      row("edit → applied at a performer, p50", band?.latency.p50 ?? Number.NaN, "ms"),
      row("edit → applied at a performer, p95", band?.latency.p95 ?? Number.NaN, "ms"),
      row("edit → applied at a performer, p99", band?.latency.p99 ?? Number.NaN, "ms"),
      row("WebSocket to a performer", each(band?.socket.received, performers), "B/s"),
      row("WebSocket from a performer", each(band?.socket.sent, performers), "B/s"),
      row("cores busy: server", spent.server, ""),
      row("cores busy: SFU worker", spent.worker, ""),
      row("cores busy: the crowd itself", spent.crowd, ""),
      row("cores busy with something else", busy, ""),
    );
    if (voices > 1) {
      const bitrates = looks.flatMap((look) => look.bitrates).map((bitrate) => bitrate / 1_000);
      this.#rows.push(row("streams of sound heard", bitrates.filter((rate) => rate > 0).length, ""));
      this.#rows.push(row("of the slowest", Math.min(...bitrates), "kb/s"));
    }
    if (!audience) return;
    this.#rows.push(
      row("edit → applied at a listener, p50", audience.latency.p50, "ms"),
      row("edit → applied at a listener, p95", audience.latency.p95, "ms"),
      row("edit → applied at a listener, p99", audience.latency.p99, "ms"),
      row("WebSocket to a listener", each(audience.socket.received, listeners), "B/s"),
      row("WebSocket from a listener", each(audience.socket.sent, listeners), "B/s"),
    );
  }

  async #edit(edits: number): Promise<void> {
    await Promise.all(this.#band.map((group) => group.edit(edits)));
    this.#edits += edits;
  }

  /** Until there is one document, with everything in it; or a deadline, and the figures will tell. */
  async #settle(): Promise<void> {
    const isDone = async (): Promise<boolean> => {
      const looks = await this.#look();
      const documents = new Set(looks.flatMap(({ digests }) => digests)).size;
      return (
        documents === 1 &&
        this.#lost(looks) === 0 &&
        looks.every(({ unacknowledged }) => unacknowledged === 0)
      );
    };
    await until(isDone, { what: "one document", timeoutMs: SETTLING_MS }).catch(() => undefined);
  }

  /** While everybody goes on editing: by that the audience knows whom it hears. */
  async #kill(): Promise<[Back, Back]> {
    const over = new AbortController();
    const edit = async (): Promise<void> => {
      while (!over.signal.aborted) await this.#edit(this.#plan.editsASecond);
    };
    const editing = edit();
    await pause(1);
    const [worker] = childrenOf(this.#server.pid);
    if (worker === undefined) throw new Error("there is no SFU worker to be killed");
    const killedAt = performance.timeOrigin + performance.now();
    const watching = this.#everybody.map((group) => group.watch(killedAt, this.#actors));
    process.kill(worker, "SIGKILL");
    const back = await Promise.all(watching);
    over.abort();
    await editing;
    const bands = this.#band.length;
    return [back.slice(0, bands).flat(), back.slice(bands).flat()];
  }

  #tellBack(who: string, back: Back): void {
    const row = rowOf("the SFU's worker is killed", "tutti");
    this.#rows.push(
      row(`${who} back, p50`, backSeconds(back, 50), "s"),
      row(`${who} back, p95`, backSeconds(back, 95), "s"),
      row(`${who} not back`, back.filter((at) => at === null).length, ""),
    );
  }

  #lost(looks: readonly Look[]): number {
    const missing = (look: Look): number => {
      const has = new Map(look.has);
      return sum(this.#actors.map((actor) => Math.max(0, this.#edits - (has.get(actor) ?? 0))));
    };
    return Math.max(...looks.map(missing));
  }

  /** At everybody, the band first. */
  #look(): Promise<Look[]> {
    return Promise.all(this.#everybody.map((group) => group.look()));
  }

  #spent(): Spent {
    const { pid } = this.#server;
    return {
      server: cpuSeconds(pid),
      worker: sum(childrenOf(pid).map(cpuSeconds)),
      crowd: sum(this.#everybody.map(({ cpu }) => cpu)),
      at: performance.now(),
    };
  }

  /** Cores that were busy since. */
  #since(before: Spent): Omit<Spent, "at"> & { readonly seconds: number } {
    const now = this.#spent();
    const seconds = (now.at - before.at) / 1_000;
    return {
      seconds,
      server: (now.server - before.server) / seconds,
      worker: (now.worker - before.worker) / seconds,
      crowd: (now.crowd - before.crowd) / seconds,
    };
  }
}

/** Who is not back is later than anybody who is. */
export const backSeconds = (back: Back, percent: number): number =>
  percentile(
    back.map((at) => (at === null ? Number.POSITIVE_INFINITY : at / 1_000)),
    percent,
  );

/** One room, on one worker: when that dies, everybody is away at once. */
export async function measureCrowd(plan: CrowdPlan): Promise<CrowdFigures> {
  const heads = ["--max-listeners", String(Math.max(200, plan.listeners))];
  const server = await TestServer.start("--sfu-workers", "1", "--log-level", "warn", ...heads);
  let crowd: Crowd | null = null;
  try {
    crowd = new Crowd(plan, server, await createRoom(server.url, "sfu"));
    return await crowd.run();
  } finally {
    await crowd?.leave();
    await server.close();
  }
}

export async function runCrowd({ quick, say }: RunOptions): Promise<Outcome> {
  const plan = quick
    ? { performers: 4, voices: 2, listeners: 40, seconds: 10, editsASecond: 1 }
    : { performers: 13, voices: 3, listeners: 200, seconds: 60, editsASecond: 1 };
  const { rows, documents, lost, ended, replaced, performersBack, listenersBack } = await measureCrowd({
    ...plan,
    say,
  });
  return {
    rows,
    bars: [
      atMost("edits lost", lost, 0),
      atMost("documents in the end", documents, 1),
      atMost("connections that ended for good", ended, 0),
      atMost("documents that the server had to replace", replaced, 0),
      atMost("performers back after the worker's death, p95, s", backSeconds(performersBack, 95), 2),
      atMost("listeners back after the worker's death, p95, s", backSeconds(listenersBack, 95), 10),
    ],
  };
}
