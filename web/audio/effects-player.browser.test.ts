import { expect, test } from "vitest";
import { DEFAULT_ROOM_EFFECTS, NO_EFFECTS } from "#shared/music/effects.ts";
import { errors } from "../../tests/e2e/onsets.ts";
import {
  clock,
  energy,
  found,
  heardFrom,
  left,
  started,
  stepTimes,
  wait,
  within,
} from "../../tests/audio/player-stage.ts";
import { jam, note, playing, steady, track } from "./fixtures.ts";

test("[EFX13] a note's echoes come at the tempo's time, from the first note of a jam that was joined", async () => {
  const beep = track(1, [note(0)], { effects: { ...NO_EFFECTS, echo: 1 } });
  const effects = { ...DEFAULT_ROOM_EFFECTS, echoSteps: 4, echoFeedback: 0.7 };
  const stopped = jam([beep], { effects });
  const player = await started("sab", { first: stopped });
  const plays = playing(stopped, clock.now());
  player.setJam(plays);
  const recording = await steady(player.tap(2.5));
  const expected = within(stepTimes(plays, [0, 4, 8, 12], 1), 0, heardFrom(recording) + 2.4);
  expect(expected.length).toBeGreaterThan(3);
  for (const distance of errors(expected, found(recording)))
    expect(Math.abs(distance ?? 1)).toBeLessThan(0.002);
});

test("[EFX12] a low-pass takes the highs out of a hat, and is out of the way again when it is off", async () => {
  const steps = Array.from({ length: 16 }, (_, step) => note(step, 42));
  const hat = (filter: number) =>
    track(1, steps, { instrument: "closed-hat", effects: { ...NO_EFFECTS, filter } });
  const stopped = jam([hat(0)]);
  const player = await started("sab", { first: stopped });
  const plays = playing(stopped, clock.now());
  const loudness = async (filter: number): Promise<number> => {
    player.setJam({ ...plays, tracks: [hat(filter)] });
    await wait(0.5);
    return energy(left(await steady(player.tap(1))));
  };
  // The effects' code is fetched with the first value that needs it.
  await loudness(-0.9);
  const open = await loudness(0);
  expect(open).toBeGreaterThan(0.1);
  expect(await loudness(-0.9)).toBeLessThan(open / 1_000);
  expect((await loudness(0)) / open).toBeCloseTo(1, 0);
});
