/** Two people in a room of their own, behind the bad network: the one edits, the other waits for it. */
import type { Browser } from "playwright-core";
import { JamPage } from "../../e2e/support/browser.ts";
import { createRoom } from "../../e2e/support/rooms.ts";
import { until } from "../../e2e/support/until.ts";
import { monotonicOrigin } from "../edit/agent.ts";
import { installAgent, type Mark, type Shift, type Subject, SUBJECTS, work } from "./agent.ts";
import { connectBare } from "./bare.ts";
import type { Network } from "./network/network.ts";
import { expectRewired, rewire } from "./network/rewire.ts";

/** One message: when it was sent, since the shift began, and how long it took; null for never. ms. */
export interface Sample {
  readonly at: number;
  readonly latency: number | null;
}

export interface ShiftOutcome {
  readonly samples: Record<Subject, readonly Sample[]>;
  /** What the two pages counted meanwhile. */
  readonly author: Traffic;
  readonly other: Traffic;
  /** Whether both ended with one document, and the server with every edit. */
  readonly isAlike: boolean;
}

export interface Traffic {
  readonly edits: number;
  readonly datagrams: number;
  readonly heardDatagrams: number;
  readonly acks: number;
  readonly journal: number;
}

/** What a shift may take beyond its time, ms: then its page has died. */
const SLACK_MS = 60_000;
/** How long after the last message the others may still come, ms. */
const ARRIVAL_MS = 15_000;

export class DeliveryPair {
  readonly #author: JamPage;
  readonly #other: JamPage;

  private constructor(author: JamPage, other: JamPage) {
    this.#author = author;
    this.#other = other;
  }

  /** `url` leads through the network. The pages neither sound nor paint: what is measured is delivery. */
  static async open(
    browser: Browser,
    url: string,
    rung: "mesh" | "sfu",
    network: Network,
  ): Promise<DeliveryPair> {
    const room = await createRoom(url, rung);
    const open = async (link: string): Promise<JamPage> => {
      const context = await browser.newContext({ viewport: { width: 800, height: 600 } });
      await rewire(context, network);
      return JamPage.openIn(context, link.replace("#", "?inspect#"));
    };
    const [author, other] = await Promise.all([open(room.leader), open(room.performer)]);
    const pair = new DeliveryPair(author, other);
    for (const page of [author, other])
      await page.untilInspect(
        `the ${rung} to carry edits`,
        (state) => state?.peers[0]?.link === rung,
        60_000,
      );
    await connectBare(author.page, other.page, rung);
    const track = (await author.inspect()).document.tracks[0];
    const cell = { track: track?.id ?? 0, pitch: track?.notes[0]?.pitch ?? 36 };
    for (const { page } of [author, other]) {
      await page.evaluate(installAgent, cell);
      await page.evaluate(unpainted);
      await expectRewired(page, network);
    }
    return pair;
  }

  async run(shift: Shift): Promise<ShiftOutcome> {
    const [author, other] = [this.#author.page, this.#other.page];
    await other.evaluate(() => {
      const { came } = window.deliveryAgent ?? {};
      if (came) for (const marks of Object.values(came)) marks.length = 0;
    });
    const before = await this.#traffic();
    const [from, to] = await Promise.all([monotonicOrigin(author), monotonicOrigin(other)]);
    const sent = await within(author.evaluate(work, shift), shift.slotMs * shift.count + SLACK_MS);
    const isAlike = await this.#settle(sent.tutti.length);
    const came = await other.evaluate(
      () => window.deliveryAgent?.came ?? { tutti: [], ordered: [], raw: [] },
    );
    const after = await this.#traffic();
    const began = Math.min(...SUBJECTS.flatMap((subject) => sent[subject][0]?.[1] ?? []));
    const samples = (subject: Subject): Sample[] => {
      const arrivals = firstOf(came[subject]);
      return sent[subject].map(([number, at]) => {
        const arrival = arrivals.get(number);
        return { at: at - began, latency: arrival === undefined ? null : to + arrival - (from + at) };
      });
    };
    return {
      samples: { tutti: samples("tutti"), ordered: samples("ordered"), raw: samples("raw") },
      author: difference(before.author, after.author),
      other: difference(before.other, after.other),
      isAlike,
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#author.context.close(), this.#other.context.close()]);
  }

  /** Waits for what is still under way. What never comes is a figure, not an end of the benchmark. */
  async #settle(edits: number): Promise<boolean> {
    const has = async (): Promise<boolean> => {
      const [mine, theirs] = await Promise.all([this.#author.inspect(), this.#other.inspect()]);
      const came = await this.#other.page.evaluate(() => window.deliveryAgent?.came.tutti.length ?? 0);
      return mine.unacknowledged === 0 && mine.document.digest === theirs.document.digest && came >= edits;
    };
    return until(has, { what: "every edit", timeoutMs: ARRIVAL_MS }).catch(() => false);
  }

  async #traffic(): Promise<{ author: Traffic; other: Traffic }> {
    const read = async (page: JamPage): Promise<Traffic> => {
      const { sent, received } = (await page.inspect()).counters;
      const { edits, datagrams, acks, journal } = sent;
      return { edits, datagrams, acks, journal, heardDatagrams: received.datagrams };
    };
    const [author, other] = await Promise.all([read(this.#author), read(this.#other)]);
    return { author, other };
  }
}

/** In the page: without a graphics card painting costs more than all else, and dozens of pages share two cores. */
function unpainted(): void {
  document.documentElement.style.display = "none";
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the page did not come to the end of its shift")), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Of each number the first instant: what comes twice counts once. */
function firstOf(marks: readonly Mark[]): Map<number, number> {
  const first = new Map<number, number>();
  for (const [number, at] of marks) if (!first.has(number)) first.set(number, at);
  return first;
}

function difference(before: Traffic, after: Traffic): Traffic {
  const names = Object.keys(after) as (keyof Traffic)[];
  return Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as Record<
    keyof Traffic,
    number
  >;
}
