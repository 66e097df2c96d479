/**
 * What a server still holds when people have come and gone: memory, descriptors, and what its workers know of.
 * They come by real WebSockets and ask the SFU as a page does, for real transports, producers and consumers on
 * two workers with pipes between them; ICE and DTLS are not done, so no sound flows. Four performers stay.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join as joinPath } from "node:path";
import type { SfuMethod } from "#shared/protocol/messages.ts";
import { datagrams, opus } from "../../../sfu/test-seats.ts";
import { join, makeRoom, type TestClient } from "../../../signaling/test-client.ts";
import { until } from "../../e2e/support/until.ts";
import type { RunOptions } from "../benchmark.ts";
import { atMost, type Outcome, rowOf } from "../report.ts";
import type { Held } from "./server.ts";

const CYCLES = 4;
const JOINS = 250;
/** At once, of whom the first `PLAYING` perform. */
const CROWD = 50;
const PLAYING = 8;
const STAYING = 4;
/** Transports of those who stay, and the server's own. */
const AT_REST = 2 * STAYING + 1;
/** Of the values after the second cycle. */
const MOST = 1.05;

interface Guest {
  readonly client: TestClient;
  readonly actor: number;
  readonly ask: (method: SfuMethod, params?: Record<string, unknown>) => Promise<Record<string, unknown>>;
}

interface Arrived extends Guest {
  readonly receiving: string;
  readonly found: readonly string[];
  readonly rtpCapabilities: unknown;
}

async function enter(url: string, link: string): Promise<Guest> {
  const { client, welcome } = await join(url, link);
  let last = 0;
  return {
    client,
    actor: welcome.actor,
    async ask(method, params = {}) {
      last += 1;
      const id = last;
      client.send({ type: "sfu", id, method, params });
      const { result, error } = await client.text("sfuReply", (reply) => reply.id === id);
      if (!result) throw new Error(`${method}: ${error}`);
      return result;
    },
  };
}

/** Both transports, and all that is sent. */
async function arrive(guest: Guest, plays: boolean): Promise<Arrived> {
  const { ask } = guest;
  const { rtpCapabilities } = await ask("capabilities");
  if (plays) {
    const { id: transportId } = await ask("createTransport", { direction: "send" });
    for (const [index, label] of (["edits", "live"] as const).entries())
      await ask("produceData", { transportId, label, sctpStreamParameters: datagrams(index) });
    for (const kind of ["input", "mix"]) await ask("produce", { transportId, kind, rtpParameters: opus() });
  }
  const { id, dataProducers } = await ask("createTransport", { direction: "recv" });
  const producers = dataProducers as readonly { readonly dataProducerId: string }[];
  return {
    ...guest,
    rtpCapabilities,
    receiving: id as string,
    found: producers.map((each) => each.dataProducerId),
  };
}

/** All that there was when it came, and the sound of these. */
async function listen(
  { ask, receiving, found, rtpCapabilities }: Arrived,
  to: readonly number[],
): Promise<void> {
  const transportId = receiving;
  for (const dataProducerId of found) await ask("consumeData", { transportId, dataProducerId });
  for (const actor of to) {
    const { id: consumerId } = await ask("consume", { transportId, actor, kind: "mix", rtpCapabilities });
    await ask("resume", { consumerId });
  }
}

async function crowd(
  url: string,
  links: { performer: string; listener: string },
  size: number,
  band: readonly number[],
) {
  const playing = await Promise.all(
    Array.from({ length: Math.min(PLAYING, size) }, () => enter(url, links.performer)),
  );
  const arrived: Arrived[] = await Promise.all(playing.map((guest) => arrive(guest, true)));
  const others = Array.from({ length: size - playing.length }, () => enter(url, links.listener));
  const audience = await Promise.all(others);
  arrived.push(...(await Promise.all(audience.map((guest) => arrive(guest, false)))));
  const heard = [...band, ...playing.map(({ actor }) => actor)];
  await Promise.all(
    arrived.map((guest) =>
      listen(
        guest,
        heard.filter((actor) => actor !== guest.actor),
      ),
    ),
  );
  return arrived;
}

async function goes({ client }: Guest): Promise<void> {
  client.socket.close();
  await client.closed();
}

interface Carried {
  readonly transports: number;
  readonly pipes: number;
  readonly consumers: number;
}

/** On all workers together, as the server tells its operator. */
async function carried(url: string): Promise<Carried> {
  const response = await fetch(`${url}/readyz`);
  const { workers } = (await response.json()) as { workers: readonly Carried[] };
  const sum = (what: keyof Carried) => workers.reduce((total, each) => total + each[what], 0);
  return { transports: sum("transports"), pipes: sum("pipes"), consumers: sum("consumers") };
}

export async function runLeaks({ quick, say }: RunOptions): Promise<Outcome> {
  const child = fork(joinPath(import.meta.dirname, "server.ts"), {
    execArgv: ["--expose-gc"],
    serialization: "advanced",
  });
  try {
    const [url] = (await once(child, "message")) as [string];
    const held = async (): Promise<Held> => {
      child.send("held");
      const [answer] = (await once(child, "message")) as [Held];
      return answer;
    };
    const { links } = await makeRoom(url, "sfu");
    const band = await Promise.all(Array.from({ length: STAYING }, () => enter(url, links.performer)));
    const settled = await Promise.all(band.map((guest) => arrive(guest, true)));
    const actors = band.map(({ actor }) => actor);
    await Promise.all(
      settled.map((guest) =>
        listen(
          guest,
          actors.filter((actor) => actor !== guest.actor),
        ),
      ),
    );
    let peak: Carried = { transports: 0, pipes: 0, consumers: 0 };
    const after: Held[] = [await held()];
    for (let cycle = 1; cycle <= CYCLES; cycle++) {
      const joins = quick ? JOINS / 10 : JOINS;
      for (let come = 0, batch = 0; come < joins; come += CROWD, batch += 1) {
        const guests = await crowd(url, links, Math.min(CROWD, joins - come), actors);
        const now = await carried(url);
        if (now.consumers > peak.consumers) peak = now;
        // In the order in which they came, the other way round, or all at once.
        if (batch % 3 === 0) for (const guest of guests) await goes(guest);
        else if (batch % 3 === 1) for (const guest of guests.toReversed()) await goes(guest);
        else await Promise.all(guests.map(goes));
        const wait = { what: "the last to be gone", timeoutMs: 30_000 };
        await until(async () => (await carried(url)).transports <= AT_REST, wait);
      }
      after.push(await held());
      say(`cycle ${cycle}: ${JSON.stringify(after.at(-1))}`);
    }
    return outcome(after, peak);
  } finally {
    child.disconnect();
    await once(child, "exit");
  }
}

function outcome(after: readonly Held[], peak: Carried): Outcome {
  const most = rowOf("with the crowd", "tutti");
  const atPeak = [
    most("transports", peak.transports, ""),
    most("of them ends of pipes", peak.pipes, ""),
    most("consumers", peak.consumers, ""),
  ];
  const rows = after.flatMap((each, cycle) => {
    const row = rowOf(cycle === 0 ? "four performers" : `after cycle ${cycle}`, "tutti");
    return [
      row("heap", each.heapMb, "MB"),
      row("server resident", each.serverMb, "MB"),
      row("workers resident", each.workersMb, "MB"),
      row("descriptors", each.descriptors, ""),
      row("routers", each.routers, ""),
      row("transports, producers, consumers, routers", each.handlers, ""),
    ];
  });
  const ratio = (what: keyof Held): number =>
    (after[4]?.[what] ?? Number.NaN) / (after[2]?.[what] ?? Number.NaN);
  const names: Readonly<Record<keyof Held, string>> = {
    heapMb: "heap",
    serverMb: "server resident",
    workersMb: "workers resident",
    descriptors: "descriptors",
    routers: "routers",
    handlers: "transports, producers, consumers",
  };
  return {
    rows: [...atPeak, ...rows],
    bars: (Object.keys(names) as (keyof Held)[]).map((what) =>
      atMost(`${names[what]}, after the 4th cycle / the 2nd`, ratio(what), MOST),
    ),
  };
}
