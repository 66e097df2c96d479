import fc from "fast-check";
import { expect, test } from "vitest";
import { Lease } from "./lease.ts";

test("[ROOM3] no number is given out twice, whenever the process crashes", () => {
  const step = fc.constantFrom("take", "extend", "save", "crash");
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      let disk = 1;
      let lease = new Lease(disk);
      const given = new Set<number>();
      for (const what of steps) {
        if (what === "extend") lease.extend();
        else if (what === "save") {
          disk = lease.ceiling;
          lease.saved(disk);
        } else if (what === "crash") lease = new Lease(disk);
        else if (!lease.isEmpty) {
          const number = lease.take();
          expect(given.has(number)).toBe(false);
          given.add(number);
        }
      }
    }),
  );
});

test("[ROOM3] an unsaved ceiling gives nothing out", () => {
  const lease = new Lease(5);
  lease.extend();
  expect(lease.isEmpty).toBe(true);
  expect(() => lease.take()).toThrow();
  lease.saved(lease.ceiling);
  expect(lease.take()).toBe(5);
});
