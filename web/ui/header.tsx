/** The top of the score: the room, the transport, and the way to the others. */
import { useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { Chip } from "./chip.tsx";
import { Icon } from "./icons.tsx";
import { SheetButton } from "./sheet-button.tsx";
import { DRAWER_BUTTON, useStage } from "./stage.ts";
import { PlayButton, Position, Swing, Tempo } from "./transport.tsx";
import controls from "./controls.module.css";
import styles from "./header.module.css";

export function RoomName() {
  const stage = useStage();
  const { session } = stage;
  const editing = useSignal(false);
  const cancelled = useRef(false);
  const name = session.jam.roomName.value;
  if (!editing.value)
    return (
      <h1 class={styles.roomTitle}>
        <button
          type="button"
          class={styles.room}
          aria-label={`${name}, rename the room`}
          disabled={stage.readOnly.value}
          onClick={() => {
            cancelled.current = false;
            editing.value = true;
          }}
        >
          {name}
        </button>
      </h1>
    );
  return (
    <input
      class={styles.roomInput}
      aria-label="Name of the room"
      defaultValue={name}
      maxLength={40}
      ref={(element) => element?.select()}
      onKeyDown={(event) => {
        if (event.key === "Escape") cancelled.current = true;
        if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
      }}
      onBlur={(event) => {
        const next = event.currentTarget.value.trim();
        if (!cancelled.current && next !== "" && next !== name)
          session.dispatch({ type: "ROOM_SET", name: next });
        editing.value = false;
      }}
    />
  );
}

export function ShareButton() {
  const stage = useStage();
  return (
    <SheetButton sheet="share" class={styles.share} disabled={stage.session.links.value === null}>
      Share
    </SheetButton>
  );
}

export function Me() {
  const stage = useStage();
  const me = stage.session.people.value.find((person) => person.self);
  if (me === undefined) return null;
  return (
    <SheetButton
      sheet="profile"
      class={styles.me}
      aria-label={`${me.initials}: you are ${me.name}, change name and colour`}
    >
      <Chip person={me} size={36} />
    </SheetButton>
  );
}

export function UndoRedo() {
  const stage = useStage();
  const { session } = stage;
  const readOnly = stage.readOnly.value;
  return (
    <span class={styles.pair}>
      <button
        type="button"
        class={controls.icon}
        aria-label="Undo"
        disabled={readOnly || !session.canUndo.value}
        onClick={() => session.undo()}
      >
        <Icon name="undo" />
      </button>
      <button
        type="button"
        class={controls.icon}
        aria-label="Redo"
        disabled={readOnly || !session.canRedo.value}
        onClick={() => session.redo()}
      >
        <Icon name="redo" />
      </button>
    </span>
  );
}

export function ClickButtons() {
  const { session } = useStage();
  return (
    <span class={styles.pair}>
      <button
        type="button"
        class={controls.icon}
        aria-label="Metronome"
        aria-pressed={session.myMix.metronome.value}
        title="Metronome, for me"
        onClick={() => session.myMix.setMetronome(!session.myMix.metronome.peek())}
      >
        <Icon name="metronome" />
      </button>
      <button
        type="button"
        class={controls.icon}
        aria-label="Count-in"
        aria-pressed={session.myMix.countIn.value}
        title="Count-in"
        onClick={() => session.myMix.setCountIn(!session.myMix.countIn.peek())}
      >
        <b class={styles.count} />
      </button>
    </span>
  );
}

function RoomButton() {
  return (
    <SheetButton sheet="room" class={styles.roomMore} aria-label="The room" title="Save, open, remix">
      <Icon name="more" />
    </SheetButton>
  );
}

export function Header() {
  const stage = useStage();
  const medium = stage.layout.value === "medium";
  return (
    <header class={styles.header}>
      <div class={styles.left}>
        <span class={styles.mark} aria-hidden="true">
          Tutti
        </span>
        <RoomName />
        <RoomButton />
      </div>
      <div class={styles.middle}>
        <PlayButton />
        <Tempo />
        <Swing />
        <Position />
        <ClickButtons />
      </div>
      <div class={styles.right}>
        <UndoRedo />
        {medium && (
          <button
            type="button"
            class={controls.icon}
            aria-label="People and knobs"
            aria-expanded={stage.drawer.value}
            aria-controls="side"
            ref={stage.place(DRAWER_BUTTON)}
            onKeyDown={(event) => {
              if (event.key === "Escape") stage.drawer.value = false;
            }}
            onClick={() => {
              stage.drawer.value = !stage.drawer.value;
            }}
          >
            <Icon name="sliders" />
          </button>
        )}
        <ShareButton />
        <Me />
      </div>
    </header>
  );
}
