/** Where a leader conducts: what lands on a bar line for everybody, and what is locked. */
import { useSignal } from "@preact/signals";
import type { LeaderControl } from "#shared/protocol/controls.ts";
import { settled } from "#shared/music/staged.ts";
import { LIMITS } from "#shared/protocol/limits.ts";
import { ConductedLine } from "./conducted.tsx";
import { SheetBox } from "./sheet.tsx";
import { useStage } from "./stage.ts";
import controls from "./controls.module.css";
import styles from "./conduct.module.css";
import sheet from "./sheet.module.css";

const BARS = [1, 2, 4, 8, 16, 32];

function Switch({ name, on, turn }: { name: string; on: boolean; turn: (on: boolean) => void }) {
  return (
    <button type="button" class={sheet.switch} role="switch" aria-checked={on} onClick={() => turn(!on)}>
      <span>{name}</span>
      <i aria-hidden="true" />
    </button>
  );
}

function FollowSwitch() {
  const follow = useStage().follow.value;
  const on = follow?.state.value?.kind === "showing";
  return <Switch name="Bring everybody to where I am" on={on} turn={(next) => follow?.show(next)} />;
}

function Ramp() {
  const { session } = useStage();
  const to = useSignal<number | null>(null);
  const bars = useSignal(4);
  const tempo = to.value ?? Math.round(session.jam.tempo.value);
  return (
    <form
      class={styles.ramp}
      onSubmit={(event) => {
        event.preventDefault();
        session.conducting.conduct({ type: "TEMPO_RAMP", tempo, bars: bars.value });
      }}
    >
      <label>
        <span>Tempo to</span>
        <input
          class={controls.field}
          type="number"
          min={LIMITS.tempo.min}
          max={LIMITS.tempo.max}
          required
          value={tempo}
          onInput={(event) => {
            to.value = event.currentTarget.valueAsNumber;
          }}
        />
      </label>
      <label>
        <span>in bars</span>
        <select
          class={controls.field}
          value={bars.value}
          onChange={(event) => {
            bars.value = Number(event.currentTarget.value);
          }}
        >
          {BARS.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class={controls.button}>
        Go there
      </button>
    </form>
  );
}

export function ConductSheet() {
  const { session } = useStage();
  const { polarity, silence, locked } = session.conducting.state.value;
  const conduct = (control: LeaderControl): void => session.conducting.conduct(control);
  return (
    <SheetBox title="Conduct">
      <p class={styles.now}>
        <ConductedLine />
      </p>
      <p class={sheet.hint}>While the music plays, everybody hears these from the same bar line on.</p>
      <Switch
        name="Turn the melodies upside down"
        on={settled(polarity) === 1}
        turn={(on) => conduct({ type: "POLARITY_SYNC", polarity: on ? -1 : 1 })}
      />
      <Switch
        name="Silence all parts"
        on={settled(silence) === 1}
        turn={(on) => conduct({ type: "MUTE_ALL", on })}
      />
      <Ramp />
      <h3 class={styles.title}>Everybody’s view</h3>
      <FollowSwitch />
      <h3 class={styles.title}>Locked for everybody but leaders</h3>
      <Switch name="All editing" on={locked} turn={(on) => conduct({ type: "LOCK", track: null, on })} />
      <div class={styles.parts}>
        {session.jam.tracks.value.map(({ id, name, locked: isLocked }) => (
          <button
            key={id}
            type="button"
            class={styles.part}
            aria-pressed={isLocked}
            aria-label={`Lock ${name}`}
            disabled={locked}
            onClick={() => session.conducting.conduct({ type: "LOCK", track: id, on: !isLocked })}
          >
            {name}
          </button>
        ))}
      </div>
    </SheetBox>
  );
}
