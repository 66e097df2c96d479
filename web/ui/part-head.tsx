/** The head of a part: its shape and name (pressing opens it), its meter under its volume, M and S. */
import { useEffect, useRef } from "preact/hooks";
import type { Track } from "#shared/music/model.ts";
import { onFrame } from "./frames.ts";
import { Icon } from "./icons.tsx";
import { movePart } from "./move-part.ts";
import { ShapeMark } from "./shape-mark.tsx";
import { Slider } from "./slider.tsx";
import { headKey, useStage } from "./stage.ts";
import styles from "./parts.module.css";

/** Milliseconds between two looks at a level. Every look that finds another one costs the page a repaint. */
const METER_EVERY = 45;

/** A bar that grows with what is heard, drawn by transform alone. */
export function Meter({ track }: { track: number | null }) {
  const { session } = useStage();
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let shown = -1;
    let looked = 0;
    return onFrame((now) => {
      // All meters look in the same frames.
      const turn = Math.floor(now / METER_EVERY);
      if (turn === looked) return;
      looked = turn;
      const level = Math.min(1, session.player.level(track));
      const next = level < 0.004 ? 0 : Math.round(Math.sqrt(level) * 100) / 100;
      if (next === shown || bar.current === null) return;
      shown = next;
      bar.current.style.transform = `scaleX(${next})`;
    });
  }, [session, track]);
  return (
    <span class={styles.meter} aria-hidden="true">
      <span ref={bar} />
    </span>
  );
}

export function MuteSolo({ track, size }: { track: Track; size?: string }) {
  const stage = useStage();
  const { session } = stage;
  const mix = session.myMix.of(track.id).value;
  const { readOnly } = stage;
  return (
    <>
      <button
        type="button"
        class={`${styles.toggle} ${size ?? ""}`}
        aria-label={`Mute ${track.name}`}
        aria-pressed={track.muted}
        disabled={readOnly.value}
        onClick={() => session.dispatch({ type: "TRACK_SET", track: track.id, muted: !track.muted })}
      >
        M
      </button>
      <button
        type="button"
        class={`${styles.toggle} ${styles.solo} ${size ?? ""}`}
        aria-label={`Solo ${track.name} for me`}
        aria-pressed={mix.solo}
        onClick={() => session.myMix.set(track.id, { solo: !mix.solo })}
      >
        S
      </button>
    </>
  );
}

export function Volume({ track }: { track: Track }) {
  const { session } = useStage();
  return (
    <span class={styles.volume}>
      <Meter track={track.id} />
      <Slider
        label={`Volume of ${track.name}`}
        field="volume"
        track={track.id}
        value={track.volume}
        min={0}
        max={1.5}
        step={0.01}
        rest={1}
        words={(volume) => `${Math.round(volume * 100)} %`}
        style={(volume) => ({ "--at": `${(volume / 1.5) * 100}%` })}
        onChange={(volume) => session.dispatch({ type: "TRACK_SET", track: track.id, volume })}
      />
    </span>
  );
}

export function PartHead({ track }: { track: Track }) {
  const stage = useStage();
  const open = stage.open.value === track.id;
  const mine = stage.session.myMix.of(track.id).value;
  const silent = track.muted || mine.muted;
  return (
    <div
      class={`${styles.head} ${open ? styles.open : ""} ${silent ? styles.silent : ""}`}
      ref={stage.place(headKey(track.id))}
      data-track={track.id}
    >
      <button
        type="button"
        class={styles.tab}
        aria-pressed={open}
        aria-label={`Open ${track.name}${track.locked ? ", locked" : ""}`}
        onClick={() => stage.openPart(track.id)}
        onKeyDown={(event) => {
          if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
          event.preventDefault();
          if (!stage.readOnly.peek()) movePart(stage.session, track.id, event.key === "ArrowUp" ? -1 : 1);
        }}
      >
        <ShapeMark shape={track.shape} />
        <span class={styles.name}>{track.name}</span>
        {track.locked && (
          <span class={styles.locked} title="Locked by a leader">
            <Icon name="lock" size={14} />
          </span>
        )}
      </button>
      <Volume track={track} />
      <MuteSolo track={track} />
    </div>
  );
}
