import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ECHO_STEPS } from "../music/effects.ts";
import { padChoices } from "../music/pad.ts";
import { firstWrites } from "../music/first-jam.ts";
import { INSTRUMENTS, instrumentById } from "../music/instruments.ts";
import { SCALES } from "../music/scales.ts";
import { knobRange } from "../music/voice.ts";
import { LIMITS } from "../protocol/limits.ts";
import { type JamFile, jamFileText, parseJamFile, readJamFile, writeJamFile } from "./jam-file.ts";
import { firstJamWrites } from "./jam-replace.ts";
import { Replica } from "./replica.ts";

/** A room that began with these writes. */
function documentOf(...writes: Parameters<Replica["commit"]>[0][]) {
  const server = new Replica({ actor: 0, seed: 1 });
  for (const each of writes) server.commit(each, 1);
  return server.document;
}

function read(input: unknown): JamFile {
  const result = readJamFile(input);
  if (!result.ok) throw new Error(result.error.message);
  return result.value.jam;
}

const text = fc
  .string({ unit: "grapheme", maxLength: 12 })
  .filter((drawn) => drawn.length <= LIMITS.nameLength);
const eighths = (min: number, max: number) => fc.integer({ min, max }).map((n) => n / 8);
const hundredths = (min: number, max: number) => fc.integer({ min, max }).map((n) => n / 100);

const anyNotes = fc.uniqueArray(
  fc.record({
    step: fc.integer({ min: 0, max: 63 }),
    pitch: fc.integer({ min: 0, max: 127 }),
    velocity: fc.integer({ min: 1, max: 127 }),
    gate: eighths(1, 255),
    probability: hundredths(0, 100),
    ratchet: fc.integer({ min: 1, max: 8 }),
  }),
  { maxLength: 12, selector: ({ step, pitch }) => `${step}.${pitch}` },
);

const anyPatterns = fc.uniqueArray(
  fc.record({
    index: fc.integer({ min: 0, max: 15 }),
    length: fc.integer({ min: 1, max: 64 }),
    notes: anyNotes,
  }),
  { maxLength: 4, selector: ({ index }) => index },
);

const anyTrack = fc.constantFrom(...INSTRUMENTS).chain((instrument) =>
  fc.record({
    name: text,
    instrument: fc.constant(instrument.id),
    volume: hundredths(0, 150),
    pan: hundredths(-100, 100),
    muted: fc.boolean(),
    shape: fc.integer({ min: 0, max: 15 }),
    pattern: fc.integer({ min: 0, max: 15 }),
    params: fc.record(
      Object.fromEntries(
        instrument.knobs.map(({ param }) => {
          const { min, max } = knobRange(instrument, param) ?? { min: 0, max: 0 };
          return [param, fc.nat(1_000).map((n) => Number((min + ((max - min) * n) / 1_000).toPrecision(6)))];
        }),
      ),
      { requiredKeys: [] },
    ),
    effects: fc.record({
      filter: hundredths(-100, 100),
      resonance: hundredths(0, 100),
      echo: hundredths(0, 100),
      reverb: hundredths(0, 100),
    }),
    pad: fc.record({
      x: fc.constantFrom("", ...padChoices(instrument)),
      y: fc.constantFrom("", ...padChoices(instrument)),
    }),
    patterns: anyPatterns,
  }),
);

/** Each knows a track at the least: one that knows none is none. */
const anyScenes = (tracks: number) =>
  fc
    .uniqueArray(
      fc.record({
        index: fc.integer({ min: 0, max: 15 }),
        name: text,
        patterns: fc
          .array(fc.option(fc.integer({ min: 0, max: 15 })), { minLength: tracks, maxLength: tracks })
          .filter((patterns) => patterns.some((pattern) => pattern !== null)),
      }),
      { maxLength: 4, selector: ({ index }) => index },
    )
    .map((scenes) => scenes.toSorted((a, b) => a.index - b.index));

const anyJam = fc.array(anyTrack, { maxLength: 14 }).chain((tracks) =>
  fc.record({
    format: fc.constant("tutti-jam"),
    version: fc.constant(1),
    name: text,
    tempo: fc.double({ min: 20, max: 400, noNaN: true }),
    swing: hundredths(5_000, 7_500),
    scale: fc.constantFrom(...Object.keys(SCALES)),
    root: fc.integer({ min: 0, max: 11 }),
    effects: fc.record({
      echoSteps: fc.constantFrom(...ECHO_STEPS),
      echoFeedback: hundredths(0, 90),
      reverbSize: hundredths(30, 800),
    }),
    tracks: fc.constant(tracks),
    scenes: tracks.length === 0 ? fc.constant([]) : anyScenes(tracks.length),
    chain: fc.record({
      on: fc.boolean(),
      entries: fc.array(
        fc.record({ scene: fc.integer({ min: 0, max: 15 }), bars: fc.integer({ min: 1, max: 64 }) }),
        { maxLength: 4 },
      ),
    }),
  }),
);

const FIRST = writeJamFile(documentOf(firstWrites()));

describe("writing", () => {
  test("[JAM1] what was written is read as it was, and written again is the same", () => {
    fc.assert(
      fc.property(anyJam, (given) => {
        const written = writeJamFile(documentOf(firstJamWrites(read(given))));
        const again = parseJamFile(jamFileText(written));
        expect(again).toEqual({ ok: true, value: { jam: written, remarks: [] } });
        expect(writeJamFile(documentOf(firstJamWrites(read(written))))).toEqual(written);
      }),
      { numRuns: 60 },
    );
  });

  test("[JAM1] nothing that was given is lost on the way through a document", () => {
    fc.assert(
      fc.property(anyJam, (given) => {
        const written = writeJamFile(documentOf(firstJamWrites(read(given))));
        expect(written.tracks.map(({ patterns }) => patterns)).toEqual(
          given.tracks.map(({ patterns }) =>
            patterns
              .toSorted((a, b) => a.index - b.index)
              .map((each) => ({
                ...each,
                notes: each.notes.toSorted((a, b) => a.step - b.step || a.pitch - b.pitch),
              })),
          ),
        );
        for (const [index, track] of written.tracks.entries())
          expect(track).toMatchObject({ ...given.tracks[index], patterns: track.patterns });
        expect({ ...written, tracks: [] }).toEqual({ ...given, tracks: [] });
      }),
      { numRuns: 60 },
    );
  });

  test("[JAM2] the file has every pattern of every part, also steps behind a length, and nothing of what was removed", () => {
    const document = documentOf(firstWrites(), [
      {
        key: { kind: "note", track: 1, pattern: 5, step: 40, pitch: 36 },
        value: { velocity: 90, gate: 1, probability: 1, ratchet: 1 },
      },
      { key: { kind: "length", track: 1, pattern: 5 }, value: 32 },
      { key: { kind: "track", track: 2, field: "alive" }, value: false },
    ]);
    const { tracks } = writeJamFile(document);
    expect(tracks.map(({ name }) => name)).toEqual([
      "Kick",
      "Closed hat",
      "Open hat",
      "Clap",
      "Bass",
      "Lead",
      "Pad",
    ]);
    expect(tracks[0]?.patterns.map(({ index, length }) => [index, length])).toEqual([
      [0, 16],
      [5, 32],
    ]);
    expect(tracks[0]?.patterns[1]?.notes).toEqual([
      { step: 40, pitch: 36, velocity: 90, gate: 1, probability: 1, ratchet: 1 },
    ]);
  });

  test("[JAM2] a file's text has each note on a line of its own", () => {
    const lines = jamFileText(FIRST).split("\n");
    const notes = FIRST.tracks.flatMap(({ patterns }) => patterns.flatMap((pattern) => pattern.notes));
    expect(lines.filter((line) => /^ +\{ "step": .*\},?$/.test(line))).toHaveLength(notes.length);
    expect(JSON.parse(lines.join("\n"))).toEqual(FIRST);
  });
});

describe("reading", () => {
  /** The first jam with other values at these paths; undefined takes away what is there. */
  function changed(changes: Readonly<Record<string, unknown>>): unknown {
    const jam = structuredClone(FIRST);
    for (const [path, value] of Object.entries(changes)) {
      const names = path.split(".");
      const last = names.pop() ?? "";
      let at = jam as unknown as Record<string, unknown>;
      for (const name of names) at = at[name] as Record<string, unknown>;
      if (value === undefined) delete at[last];
      else at[last] = value;
    }
    return jam;
  }
  const errorOf = (input: unknown) => {
    const result = readJamFile(input);
    return result.ok ? null : [result.error.code, result.error.message];
  };

  test.each<[path: string, value: unknown, place: string, says: string]>([
    [
      "tracks.5.patterns.0.notes.3.pitch",
      128,
      "tracks[5].patterns[0].notes[3].pitch",
      "a whole number, 0 to 127",
    ],
    [
      "tracks.0.patterns.0.notes.0.step",
      0.5,
      "tracks[0].patterns[0].notes[0].step",
      "a whole number, 0 to 63",
    ],
    ["tracks.0.patterns.0.notes.0.gate", 0, "tracks[0].patterns[0].notes[0].gate", "0.125 to 31.875"],
    ["tracks.0.effects.filter", -1.5, "tracks[0].effects.filter", "-1 to 1"],
    ["tracks.0.effects", 7, "tracks[0].effects", "an object"],
    ["effects.echoSteps", 5, "effects.echoSteps", "1, 2, 3, 4, 6 or 8"],
    ["effects.reverbSize", null, "effects.reverbSize", "0.3 to 8"],
    ["tempo", "fast", "tempo", "20 to 400"],
    ["swing", 76, "swing", "50 to 75"],
    ["name", "x".repeat(41), "name", "40 characters at most"],
    ["tracks.1.instrument", undefined, "tracks[1].instrument", "is missing"],
    ["tracks.1.patterns.0.notes.0.step", undefined, "tracks[1].patterns[0].notes[0].step", "is missing"],
    ["tracks", undefined, "tracks", "is missing"],
    ["tracks", {}, "tracks", "a list"],
    ["tracks.2", null, "tracks[2]", "an object"],
    ["tracks", Array(15).fill(FIRST.tracks[0]), "tracks", "14 at most"],
    ["tracks.0.patterns.1", { index: 0 }, "tracks[0].patterns[1].index", "there is a pattern 0 already"],
    [
      "tracks.0.patterns.0.notes.4",
      { step: 4, pitch: 36 },
      "tracks[0].patterns[0].notes[4]",
      "step 4 has a note of pitch 36 already",
    ],
    ["tracks.5.params.cutoff", "open", "tracks[5].params.cutoff", "40 to 125"],
    ["version", "1", "version", "1"],
    [
      "scenes",
      [
        { index: 3, patterns: [0] },
        { index: 3, patterns: [1] },
      ],
      "scenes[1].index",
      "there is a scene 3 already",
    ],
    [
      "scenes",
      [{ index: 0, patterns: Array(9).fill(0) }],
      "scenes[0].patterns",
      "8 at most, one for a track",
    ],
    ["chain", { entries: [{ scene: 0, bars: 65 }] }, "chain.entries[0].bars", "a whole number, 1 to 64"],
  ])("[JAM3] %s of %j is refused with its place and what may stand there", (path, value, place, says) => {
    expect(errorOf(changed({ [path]: value }))).toEqual(["JAM_INVALID", `${place}: ${says}`]);
  });

  test("[JAM4] what is no jam, and what a newer Tutti saved, is refused in a sentence", () => {
    for (const input of [null, 1, "jam", [], {}, { format: "ableton", version: 1 }])
      expect(errorOf(input)?.[0]).toBe("JAM_FOREIGN");
    expect(parseJamFile("MThd\u0000")).toMatchObject({ error: { code: "JAM_FOREIGN" } });
    expect(errorOf({ ...FIRST, version: 2, tracks: "of another shape" })).toEqual([
      "JAM_NEWER",
      "a newer Tutti saved it: version 2 of the format, here is 1",
    ]);
  });

  test("[JAM4] a file that is too large is refused unread", () => {
    const longest = `"${"x".repeat(LIMITS.jamFileBytes)}`;
    expect(parseJamFile(longest)).toMatchObject({ error: { code: "JAM_OVERSIZE" } });
  });

  test("[XYP2] a control that the instrument does not have is left off its pad, and that is said", () => {
    const given = changed({ "tracks.0.pad": { x: "cutoff", y: "decay" } });
    const result = readJamFile(given);
    if (!result.ok) throw new Error(result.error.message);
    expect(result.value.jam.tracks[0]?.pad).toEqual({ x: "", y: "decay" });
    expect(result.value.remarks).toEqual(['Kick: Kick has no "cutoff" for its pad.']);
  });

  test("[JAM5] unknown fields are left out, and what may be left out has its default", () => {
    const later = changed({
      stickers: [{ name: "A" }],
      "tracks.0.effects.fuzz": 1,
      "tracks.0.colour": "red",
      "tracks.0.params.warp": 3,
    });
    expect(read(later)).toEqual(FIRST);
    const least = {
      format: "tutti-jam",
      version: 1,
      tracks: [{ instrument: "kick", patterns: [{ index: 1, notes: [{ step: 0, pitch: 36 }] }] }],
    };
    expect(read(least)).toMatchObject({
      tempo: 120,
      swing: 50,
      tracks: [
        {
          name: "Kick",
          volume: 0.8,
          shape: 0,
          patterns: [
            { index: 1, length: 16, notes: [{ velocity: 100, gate: 1, probability: 1, ratchet: 1 }] },
          ],
        },
      ],
    });
  });

  test("[JAM6] an unknown instrument or scale and a knob beyond its range are replaced, and said", () => {
    const result = readJamFile(
      changed({ scale: "bohlen-pierce", "tracks.0.instrument": "theremin", "tracks.5.params.cutoff": 900 }),
    );
    if (!result.ok) throw new Error(result.error.message);
    const { jam, remarks } = result.value;
    expect(jam.scale).toBe("chromatic");
    expect(instrumentById(jam.tracks[0]?.instrument ?? "")).toBeDefined();
    expect(jam.tracks[0]).toMatchObject({ name: "Kick", patterns: FIRST.tracks[0]?.patterns });
    expect(jam.tracks[5]?.params["cutoff"]).toBe(125);
    expect(remarks).toEqual([
      'Kick: "theremin" is not known here, Prophet plays it.',
      "Bass: Cutoff goes from 40 to 125, not to 900.",
      'The scale "bohlen-pierce" is not known here: every pitch is shown.',
    ]);
    expect(read(jam)).toEqual(jam);
  });

  test("[JAM7] anything gives a jam or a sentence, and never an exception", () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.anything().map((tracks) => ({ ...FIRST, tracks })),
      fc.array(fc.anything(), { maxLength: 3 }).map((tracks) => ({ ...FIRST, tracks })),
      fc
        .dictionary(fc.constantFrom("name", "instrument", "params", "patterns", "pattern"), fc.anything())
        .map((track) => ({ ...FIRST, tracks: [{ ...FIRST.tracks[0], ...track }] })),
    );
    fc.assert(
      fc.property(anything, (input) => {
        const result = readJamFile(input);
        if (result.ok)
          expect(readJamFile(result.value.jam)).toEqual({
            ok: true,
            value: { jam: result.value.jam, remarks: [] },
          });
        else expect(result.error.message).not.toBe("");
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.string(), (source) => {
        expect(() => parseJamFile(source)).not.toThrow();
      }),
    );
  });
});
