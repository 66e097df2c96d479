/** Going live with a microphone or line: asked anew each visit, and nobody hears it before the last button. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { MyInput, MyStreamsView, Trial } from "../state/streams-view.ts";
import { SheetBox } from "./sheet.tsx";
import { problemWords, processingWords, wirelessWords } from "./stream-words.ts";
import { StreamMeter } from "./stream-meter.tsx";
import { useStage } from "./stage.ts";
import { useLate } from "./use-late.ts";
import controls from "./controls.module.css";
import sheet from "./sheet.module.css";
import styles from "./streams.module.css";

function Choice<T extends string>({
  name,
  value,
  options,
  choose,
}: {
  name: string;
  value: T | null;
  options: readonly (readonly [T, string])[];
  choose: (value: T) => void;
}) {
  return (
    <fieldset class={styles.choice}>
      <legend>{name}</legend>
      {options.map(([each, words]) => (
        <label key={each}>
          <input type="radio" name={name} checked={value === each} onChange={() => choose(each)} />
          <span>{words}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Device({ mine, trial }: { mine: MyStreamsView; trial: Extract<Trial, { kind: "open" }> }) {
  const { device, devices, headphones, channels } = trial;
  const wireless = wirelessWords(device.label);
  return (
    <>
      <label class={styles.device}>
        <span>Input</span>
        <select
          class={controls.field}
          value={device.deviceId}
          onChange={(event) => void mine.tryInput(event.currentTarget.value, headphones)}
        >
          {devices.map(({ deviceId, label }) => (
            <option key={deviceId} value={deviceId}>
              {label || "An input without a name"}
            </option>
          ))}
        </select>
      </label>
      <div class={styles.level}>
        <StreamMeter level={() => mine.level("source")} label="the input" />
        <span>Play or speak: this should move.</span>
      </div>
      {wireless !== null && <p class={sheet.warning}>{wireless}</p>}
      <p class={styles.hint}>{processingWords(headphones, channels)}</p>
    </>
  );
}

export function InputSheet() {
  const stage = useStage();
  const mine = useLate().streams.live.value?.mine;
  const where = useSignal<"headphones" | "speakers" | null>(null);
  const talk = useSignal<MyInput["talk"]>("always");
  const monitor = useSignal(false);
  useEffect(() => () => mine?.endTrial(), [mine]);
  const trial = mine?.trial.value ?? { kind: "closed" };
  const choose = (chosen: "headphones" | "speakers"): void => {
    where.value = chosen;
    const device = trial.kind === "open" ? trial.device.deviceId : null;
    void mine?.tryInput(device, chosen === "headphones");
  };
  return (
    <SheetBox title="Go live with an input">
      {!mine && <p class={sheet.warning}>Turn the sound on first.</p>}
      <Choice
        name="What do you listen with?"
        value={where.value}
        options={[
          ["headphones", "Headphones"],
          ["speakers", "Speakers"],
        ]}
        choose={choose}
      />
      <div role="status">
        {trial.kind === "opening" && <p class={styles.hint}>The browser may ask whether it may listen.</p>}
        {trial.kind === "refused" && <p class={sheet.warning}>{problemWords(trial.problem)}</p>}
      </div>
      {mine && trial.kind === "open" && (
        <>
          <Device mine={mine} trial={trial} />
          <Choice
            name="When are you heard?"
            value={talk.value}
            options={[
              ["always", "Always, until you mute it"],
              ["push", "While you hold a button"],
            ]}
            choose={(chosen) => {
              talk.value = chosen;
            }}
          />
          {trial.headphones && (
            <label class={styles.check}>
              <input
                type="checkbox"
                checked={monitor.value}
                onChange={(event) => {
                  monitor.value = event.currentTarget.checked;
                }}
              />
              <span>Hear my own input here, too</span>
            </label>
          )}
          <button
            type="button"
            class={`${controls.main} ${styles.go}`}
            onClick={() => {
              mine.goLive(talk.peek(), monitor.peek());
              stage.sheet.value = null;
            }}
          >
            Go live
          </button>
        </>
      )}
    </SheetBox>
  );
}
