/** The effects of the open part, and under them the echo and the reverb that all parts send to. */
import {
  ECHO_STEPS,
  EFFECTS,
  effectWords,
  type RoomEffect,
  TRACK_EFFECTS,
  type TrackEffect,
} from "#shared/music/effects.ts";
import { ROOM_TRACK } from "#shared/live/target.ts";
import { Dial, handOn } from "./knob.tsx";
import { effectKey, paramKey, useStage } from "./stage.ts";
import controls from "./controls.module.css";
import styles from "./panel.module.css";

function EffectKnob({ track, effect }: { track: number; effect: TrackEffect }) {
  const { session } = useStage();
  return (
    <Dial
      label={EFFECTS[effect].label}
      range={EFFECTS[effect]}
      value={session.jam.knob(track, effect).value}
      rest={EFFECTS[effect].default}
      words={(value) => effectWords(effect, value)}
      param={effect}
      place={paramKey(track, effect)}
      onChange={(value) => session.dispatch({ type: "EFFECT_SET", track, effect, value })}
      hand={handOn(session, track, effect)}
    />
  );
}

function RoomKnob({ effect, caption }: { effect: Exclude<RoomEffect, "echoSteps">; caption: string }) {
  const { session } = useStage();
  return (
    <Dial
      label={EFFECTS[effect].label}
      range={EFFECTS[effect]}
      caption={caption}
      value={session.jam.roomEffects.value[effect]}
      rest={EFFECTS[effect].default}
      words={(value) => effectWords(effect, value)}
      effect={effect}
      place={effectKey(effect)}
      onChange={(value) => session.dispatch({ type: "ROOM_EFFECT_SET", effect, value })}
      hand={handOn(session, ROOM_TRACK, effect)}
    />
  );
}

function EchoTime() {
  const stage = useStage();
  const { session } = stage;
  return (
    <label class={styles.knob}>
      <select
        class={controls.select}
        ref={stage.place(effectKey("echoSteps"))}
        data-effect="echoSteps"
        aria-label={EFFECTS.echoSteps.label}
        value={session.jam.roomEffects.value.echoSteps}
        disabled={stage.readOnly.value}
        onChange={(event) =>
          session.dispatch({
            type: "ROOM_EFFECT_SET",
            effect: "echoSteps",
            value: Number(event.currentTarget.value),
          })
        }
      >
        {ECHO_STEPS.map((steps) => (
          <option key={steps} value={steps}>
            {effectWords("echoSteps", steps)}
          </option>
        ))}
      </select>
      <span class={styles.knobLabel} aria-hidden="true">
        {EFFECTS.echoSteps.label}
      </span>
    </label>
  );
}

export function EffectKnobs({ track }: { track: number }) {
  return (
    <div role="group" aria-label="Effects" class={styles.effects}>
      <h3>Effects</h3>
      <div class={styles.knobs}>
        {TRACK_EFFECTS.map((effect) => (
          <EffectKnob key={`${track}:${effect}`} track={track} effect={effect} />
        ))}
      </div>
      <h3>Echo and reverb of all parts</h3>
      <div class={styles.returns}>
        <EchoTime />
        <RoomKnob effect="echoFeedback" caption="Feedback" />
        <RoomKnob effect="reverbSize" caption="Decay" />
      </div>
    </div>
  );
}
