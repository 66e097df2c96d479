/**
 * Everybody of all rooms, as one process of its own, so that what they cost is not the server's. Its parent
 * says in the arguments who they are, hears when the figures begin and end, and gets them.
 */
import { seededRandom } from "#shared/lib/random.ts";
import { makeRoom } from "../../../signaling/test-client.ts";
import { until } from "../../e2e/support/until.ts";
import { percentile } from "../stats.ts";
import type { CrowdOptions, CrowdWord, Subject } from "./subjects.ts";
import { type Enter, type Person, PLACES, Tally } from "./person.ts";
import { enterSocketIo } from "./socket-io-person.ts";
import { enterTutti } from "./tutti-person.ts";
import { enterYjs } from "./yjs-person.ts";

const TICK_MS = 5;

const quantiles = (samples: readonly number[]) => ({
  p50: percentile(samples, 50),
  p95: percentile(samples, 95),
  p99: percentile(samples, 99),
});

const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

async function roomOf({ subject, url }: CrowdOptions, index: number): Promise<string> {
  return subject === "tutti" ? (await makeRoom(url, "relay")).links.performer : `room-${index}`;
}

const entrances: Readonly<Record<Subject, () => Enter>> = {
  tutti: enterTutti,
  "y-websocket": () => enterYjs,
  "socket.io": () => enterSocketIo,
};

async function gather(options: CrowdOptions, tally: Tally): Promise<Person[]> {
  const enter = entrances[options.subject]();
  const people: Person[] = [];
  for (let index = 0; index < options.rooms; index++) {
    const room = await roomOf(options, index);
    for (let i = 0; i < options.people; i++) people.push(await enter(options.url, room, tally));
  }
  return people;
}

async function run(options: CrowdOptions): Promise<void> {
  const say = (word: CrowdWord) => process.send?.(word);
  const random = seededRandom(1);
  const tally = new Tally();
  const people = await gather(options, tally);
  say({ type: "joined" });
  const period = 1 / options.edits;
  const due = people.map(() => performance.now() / 1000 + random() * period);
  const timer = setInterval(() => {
    for (const [i, person] of people.entries()) {
      const now = performance.now() / 1000;
      if (now >= (due[i] ?? now)) {
        due[i] = (due[i] ?? now) + period;
        person.edit(tally.made(), Math.floor(random() * PLACES));
      }
      person.tick(now);
    }
  }, TICK_MS);
  await pause(options.warmUpSeconds);
  tally.begin();
  say({ type: "begin" });
  await pause(options.seconds);
  tally.end();
  say({ type: "end" });
  const others = options.people - 1;
  await until(() => tally.isWhole(others), { what: "the last edits" }).catch(() => undefined);
  clearInterval(timer);
  const { edits, acks, arrivals } = tally.figures();
  const figures = {
    edits,
    notArrived: edits * others - arrivals.length,
    ack: quantiles(acks),
    arrival: quantiles(arrivals),
  };
  await new Promise((done) => process.send?.({ type: "figures", figures } satisfies CrowdWord, done));
  for (const person of people) person.close();
  process.exit(0);
}

await run(JSON.parse(process.argv[2] ?? "{}") as CrowdOptions);
