/** The Sync panel: how well I and the others are in time, and what to do about late speakers. */
import { useComputed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Person } from "../state/view.ts";
import { BeatLight } from "./beat-light.tsx";
import { Chip } from "./chip.tsx";
import { downloadJson } from "./download.ts";
import { signedMs } from "./signed-ms.ts";
import { SheetBox } from "./sheet.tsx";
import { useStage } from "./stage.ts";
import { SyncPlot } from "./sync-plot-view.tsx";
import { OthersHands } from "./sync-hands.tsx";
import { Speakers } from "./sync-speakers.tsx";
import { STATE_WORDS, within } from "./sync-badge-words.ts";
import { boundWords, driftWords, plainMs, ppm, STATE_SENTENCES } from "./sync-words.ts";
import { togglePlay } from "./transport.tsx";
import controls from "./controls.module.css";
import sheet from "./sheet.module.css";
import styles from "./sync.module.css";

/** The state, large; only the word and its sentence are announced, since figures change all the time. */
function State() {
  const { sync } = useStage().session;
  const state = useComputed(() => sync.reading.value.state).value;
  const { errorBound } = sync.reading.value;
  const measured = state === "locked" || state === "holdover";
  return (
    <div class={styles.state} data-state={state}>
      <p>
        <strong>{STATE_WORDS[state]}</strong>
        {measured && <b>{within(errorBound)}</b>}
      </p>
      <p class={styles.quiet} role="status">
        <span class={controls.hidden}>{STATE_WORDS[state]}. </span>
        {STATE_SENTENCES[state]}
      </p>
    </div>
  );
}

function Figure({ name, value, children }: { name: string; value: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b>{value}</b>
        <span>{children}</span>
      </dd>
    </div>
  );
}

const NONE = "–";

function Figures() {
  const { sync } = useStage().session;
  const reading = sync.reading.value;
  const { outputLatency } = reading;
  const measured = reading.state === "locked" || reading.state === "holdover";
  const of = (text: string): string => (measured ? text : NONE);
  return (
    <dl class={styles.figures}>
      <Figure name="Offset" value={of(signedMs(reading.residual))}>
        by the last good ping
      </Figure>
      <Figure name="Error bound" value={of(within(reading.errorBound))}>
        {boundWords(reading)}
      </Figure>
      <Figure name="Round trip" value={of(plainMs(reading.rtt))}>
        to the server and back
      </Figure>
      <Figure name="Drift" value={of(ppm(reading.drift))}>
        {measured ? driftWords(reading.drift) : "against the room’s clock"}
      </Figure>
      <Figure name="Output latency" value={outputLatency === null ? NONE : plainMs(outputLatency)}>
        {reading.reported === null
          ? "no sound yet"
          : reading.reported
            ? "the device reports its time"
            : "estimated, the device does not report"}
      </Figure>
    </dl>
  );
}

function PersonRow({ person }: { person: Person }) {
  const { sync, connection } = useStage().session;
  // One's own as the panel says it above, and not as it was last told to the others.
  const clock = person.self ? sync.reading.value : person.clock;
  const state = clock?.state ?? "unlocked";
  // Without the server nobody says how they are.
  const heard = person.self || connection.value.state !== "offline";
  const tuned = clock !== null && (state === "locked" || state === "holdover");
  const how = person.lost ? "Gone" : heard ? STATE_WORDS[state] : "Not heard";
  return (
    <li data-c={person.color}>
      <Chip person={person} size={28} />
      <span class={styles.name}>{person.self ? `${person.name} (you)` : person.name}</span>
      <span class={styles.how}>{how}</span>
      <b>{tuned && heard && !person.lost ? within(clock.errorBound) : NONE}</b>
    </li>
  );
}

function Everybody() {
  const { people } = useStage().session;
  return (
    <section class={styles.part} aria-label="Everybody">
      <h3>Everybody</h3>
      <ul class={styles.people}>
        {people.value.map((person) => (
          <PersonRow key={person.actor} person={person} />
        ))}
      </ul>
    </section>
  );
}

/** The metronome beside lamps that light when the beat is heard. */
function Check() {
  const stage = useStage();
  const { session } = stage;
  const metronome = session.myMix.metronome.value;
  const playing = session.jam.playing.value;
  return (
    <section class={styles.part} aria-label="By ear and eye">
      <h3>By ear and eye</h3>
      <div class={styles.check}>
        <BeatLight />
        <button
          type="button"
          class={controls.button}
          disabled={stage.readOnly.value}
          onClick={() => togglePlay(session)}
        >
          {playing ? "Stop" : "Play"}
        </button>
      </div>
      <button
        type="button"
        class={sheet.switch}
        role="switch"
        aria-checked={metronome}
        onClick={() => session.myMix.setMetronome(!metronome)}
      >
        <span>Metronome, for me</span>
        <i aria-hidden="true" />
      </button>
      <p class={styles.quiet}>
        {playing
          ? "Click and light should fall together; the light is exact to a frame of your screen."
          : "Play, and each lamp lights when its beat is heard."}
      </p>
    </section>
  );
}

/** Saves the log as a file of this computer. */
function Export() {
  const { sync } = useStage().session;
  const empty = sync.entries.value.length === 0;
  const save = (): void => {
    downloadJson("tutti-sync-log.json", `${JSON.stringify(sync.file(), null, 1)}\n`);
  };
  return (
    <div class={styles.export}>
      <p class={styles.quiet}>
        The log holds a line a second for ten minutes: figures only, no names and no link.
      </p>
      <button type="button" class={controls.button} disabled={empty} onClick={save}>
        Export
      </button>
    </div>
  );
}

/** What gets through from here is another page's question, which needs no jam. */
function Reach() {
  return (
    <p class={styles.reach}>
      <a href="/check" target="_blank">
        Check the connection
      </a>
    </p>
  );
}

export function SyncSheet() {
  return (
    <SheetBox title="Sync" wide>
      <div class={styles.sync}>
        <div class={styles.measured}>
          <State />
          <SyncPlot />
          <Figures />
        </div>
        <div class={styles.mended}>
          <Speakers />
          <Check />
          <OthersHands />
          <Everybody />
          <Reach />
        </div>
        <Export />
      </div>
    </SheetBox>
  );
}
