import { expect, test } from "vitest";
import { firstTopology, nextTopology, type TopologyInput } from "./topology.ts";

const room = (input: Partial<TopologyInput>): TopologyInput => ({
  wanted: "auto",
  performers: 1,
  listeners: 0,
  sfuAvailable: true,
  ...input,
});

test("[TOP1] auto is a mesh up to four performers without an audience, else the SFU", () => {
  expect(firstTopology(room({ performers: 0 })).rung).toBe("mesh");
  expect(firstTopology(room({ performers: 4 })).rung).toBe("mesh");
  expect(firstTopology(room({ performers: 5 })).rung).toBe("sfu");
  expect(firstTopology(room({ performers: 2, listeners: 1 })).rung).toBe("sfu");
});

test("[TOP2] a room on the SFU comes back to a mesh only after a calm minute", () => {
  let state = firstTopology(room({ performers: 5 }));
  state = nextTopology(state, room({ performers: 4 }), 10);
  expect(state).toEqual({ rung: "sfu", calmSince: null });
  state = nextTopology(state, room({ performers: 3 }), 20);
  state = nextTopology(state, room({ performers: 3 }), 79.9);
  expect(state).toEqual({ rung: "sfu", calmSince: 20 });
  expect(nextTopology(state, room({ performers: 3 }), 80).rung).toBe("mesh");
});

test("[TOP2] a fifth performer or a listener within the minute begins it anew", () => {
  for (const busy of [room({ performers: 5 }), room({ performers: 2, listeners: 1 })]) {
    let state = nextTopology({ rung: "sfu", calmSince: null }, room({ performers: 3 }), 0);
    state = nextTopology(state, busy, 50);
    state = nextTopology(state, room({ performers: 3 }), 55);
    expect(nextTopology(state, room({ performers: 3 }), 100).rung).toBe("sfu");
    expect(nextTopology(state, room({ performers: 3 }), 115).rung).toBe("mesh");
  }
});

test("[TOP3] without a worker a small room is a mesh and a bigger one is relayed", () => {
  for (const wanted of ["auto", "sfu"] as const) {
    expect(firstTopology(room({ wanted, performers: 4, sfuAvailable: false })).rung).toBe("mesh");
    expect(firstTopology(room({ wanted, performers: 5, sfuAvailable: false })).rung).toBe("relay");
  }
});

test("[TOP4] a room that was asked for by name keeps its rung whoever comes", () => {
  for (const wanted of ["mesh", "relay", "sfu"] as const)
    for (const performers of [0, 1, 9])
      expect(firstTopology(room({ wanted, performers, listeners: performers })).rung).toBe(wanted);
});
