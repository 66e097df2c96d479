import { signal } from "@preact/signals";
import { expect, test } from "vitest";
import type { Air, AirKind } from "#shared/protocol/messages.ts";
import { NO_ARRIVAL } from "../net/streams/arrival.ts";
import type { Reception } from "../net/streams/reception.ts";
import { EARS_DEADLINE_MS, OthersStreams } from "./others-streams.ts";
import type { Person } from "./view.ts";

const SILENT: Air = { input: false, mix: false, mixHasInput: false };
const ADA = 7;

/** A page that hears others, with a graph that writes down what it is told. */
function page() {
  const receptions = new Map<string, Reception>();
  const said: string[] = [];
  let now = 0;
  const newGraph = () => {
    const inputs = new Map<string, number>();
    const here = new Set<string>();
    const graph = {
      inputs,
      here,
      mix: null as string | null,
      put: (name: string) => void here.add(name),
      take: (name: string) => void here.delete(name),
      has: (name: string) => here.has(name),
      hear: (name: string | null) => void (graph.mix = name),
      setVolume: (name: string, volume: number) => void inputs.set(name, volume),
      level: () => 0,
      tick: () => {},
    };
    return graph;
  };
  let graph = newGraph();
  const others = new OthersStreams({
    people: signal([{ actor: ADA, name: "Ada", color: 3 } as Person]),
    streams: {
      listen: (actor, kind) => {
        const fresh = { actor, kind, receiver: null, arrival: NO_ARRIVAL, setSteady() {} };
        const reception = receptions.get(`${actor}:${kind}`) ?? (fresh as unknown as Reception);
        receptions.set(`${actor}:${kind}`, reception);
        return reception;
      },
      forget: (actor, kind) => void receptions.delete(`${actor}:${kind}`),
    },
    graph: () => graph,
    follow: () => ({ behind: null, read: async () => {} }),
    say: (sentence) => void said.push(sentence),
    now: () => now,
  });
  /** It flows, or does not any more. */
  const flow = (kind: AirKind, flows: boolean): void => {
    const reception = receptions.get(`${ADA}:${kind}`);
    if (!reception) throw new Error(`nobody listens to Ada's ${kind}`);
    Object.assign(reception, { receiver: flows ? { track: {} } : null });
    others.handleReception(reception);
  };
  return {
    others,
    said,
    flow,
    graph: () => graph,
    restart: () => {
      graph = newGraph();
      others.begin();
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test("[STR12] a mix is heard once it flows; when it stops, one's own is heard again, and that is said", () => {
  const { others, said, flow, graph } = page();
  others.hear(ADA);
  expect(others.ears.value).toBeNull();
  others.handleAir(ADA, { ...SILENT, mix: true });
  others.hear(ADA);
  expect([others.ears.value?.state, graph().mix]).toEqual(["waiting", null]);
  flow("mix", true);
  expect([others.ears.value?.state, graph().mix]).toEqual(["heard", "7:mix"]);
  others.handleAir(ADA, null);
  expect([others.ears.value, graph().mix, others.list.value]).toEqual([null, null, []]);
  expect(said).toEqual(["Ada's mix has stopped: you hear your own sound."]);
});

test("a mix that does not come in time, or not any more, is not waited for", () => {
  const { others, said, flow, pass } = page();
  others.handleAir(ADA, { ...SILENT, mix: true });
  others.hear(ADA);
  pass(EARS_DEADLINE_MS);
  others.handleTick();
  expect(others.ears.value?.state).toBe("waiting");
  pass(1);
  others.handleTick();
  expect(others.ears.value).toBeNull();
  others.hear(ADA);
  flow("mix", true);
  flow("mix", false);
  expect(others.ears.value).toBeNull();
  expect(said.map((each) => each.slice(0, 26))).toEqual([
    "Ada's mix does not come: y",
    "Ada's mix does not come an",
  ]);
});

test("an input is heard as loud as it was set, and not twice beside a mix that carries it", () => {
  const { others, flow, graph, restart } = page();
  others.handleAir(ADA, { input: true, mix: true, mixHasInput: true });
  flow("input", true);
  others.setHeard(ADA, { volume: 0.5 });
  expect(graph().inputs.get("7:input")).toBe(0.5);
  others.hear(ADA);
  flow("mix", true);
  expect(graph().inputs.get("7:input")).toBe(0);
  others.hear(null);
  expect(graph().inputs.get("7:input")).toBe(0.5);
  others.setHeard(ADA, { muted: true });
  expect(graph().inputs.get("7:input")).toBe(0);
  restart();
  expect([graph().has("7:input"), graph().inputs.get("7:input")]).toEqual([true, 0]);
  expect(others.list.value.map(({ kind, name, flows }) => [kind, name, flows])).toEqual([
    ["input", "Ada", true],
    ["mix", "Ada", false],
  ]);
});
