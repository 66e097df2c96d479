import { expect, test } from "vitest";
import { FALL_SHOWN_AFTER_MS, ShownRungs } from "./shown-rungs.ts";

test("[DLV82] a change from the mesh to the SFU is shown as one, though the relay carries edits between them", () => {
  const rungs = new ShownRungs();
  expect(rungs.read(3, "relay", 0)).toBe("relay");
  expect(rungs.read(3, "mesh", 10)).toBe("mesh");
  expect(rungs.read(3, "relay", 20)).toBe("mesh");
  expect(rungs.read(3, "relay", 20 + FALL_SHOWN_AFTER_MS - 1)).toBe("mesh");
  expect(rungs.read(3, "sfu", 20 + FALL_SHOWN_AFTER_MS)).toBe("sfu");
});

test("[DLV82] a fall to the relay that lasts is shown, and a second one begins anew", () => {
  const rungs = new ShownRungs();
  rungs.read(3, "sfu", 0);
  rungs.read(3, "relay", 1_000);
  expect(rungs.read(3, "relay", 1_000 + FALL_SHOWN_AFTER_MS)).toBe("relay");
  expect(rungs.read(3, "sfu", 5_000)).toBe("sfu");
  expect(rungs.read(3, "relay", 6_000)).toBe("sfu");
});

test("[DLV82] when a fall will have lasted is known, so that it is shown though nothing else happens", () => {
  const rungs = new ShownRungs();
  rungs.read(3, "mesh", 0);
  rungs.read(4, "sfu", 0);
  expect(rungs.nextDue).toBeNull();
  rungs.read(4, "relay", 20);
  rungs.read(3, "relay", 10);
  expect(rungs.nextDue).toBe(10 + FALL_SHOWN_AFTER_MS);
  rungs.forget(3);
  expect(rungs.nextDue).toBe(20 + FALL_SHOWN_AFTER_MS);
  rungs.read(4, "relay", 20 + FALL_SHOWN_AFTER_MS);
  expect(rungs.nextDue).toBeNull();
});

test("[DLV82] what is shown of one says nothing of another, and who left is forgotten", () => {
  const rungs = new ShownRungs();
  rungs.read(3, "mesh", 0);
  expect(rungs.read(4, "relay", 0)).toBe("relay");
  rungs.forget(3);
  expect(rungs.read(3, "relay", 1)).toBe("relay");
});
