/** The right side: the people of the room, and the knobs and effects of the open part. */
import { instrumentById } from "#shared/music/instruments.ts";
import { pitchClassName } from "#shared/music/names.ts";
import { SCALES } from "#shared/music/scales.ts";
import type { Person } from "../state/view.ts";
import { Chip } from "./chip.tsx";
import { EffectKnobs } from "./effect-knobs.tsx";
import { Icon } from "./icons.tsx";
import { Knob } from "./knob.tsx";
import { LateHandOver, LateLeadNote, LatePad, LateStreams, LateWhere } from "./late-over.tsx";
import { signedMs } from "./signed-ms.ts";
import { NotePanel } from "./note-panel.tsx";
import { ShapeMark } from "./shape-mark.tsx";
import { useStage } from "./stage.ts";
import { clockWords, rungName } from "./words.ts";
import controls from "./controls.module.css";
import styles from "./panel.module.css";

const ROLE = { leader: "leads", performer: "performs", listener: "listens" } as const;
const SOUND = { off: "sound off", starting: "tuning", on: "", interrupted: "sound interrupted" } as const;

function PersonLine({ person }: { person: Person }) {
  const how = person.lost
    ? ROLE[person.role]
    : [person.self ? "you" : rungName[person.rung], ROLE[person.role], SOUND[person.sound]]
        .filter((word) => word !== "")
        .join(" · ");
  return (
    <li class={`${styles.person} ${person.lost ? styles.gone : ""}`}>
      <Chip person={person} size={32} />
      <span class={styles.name}>
        <span class={styles.who}>
          {person.name} {person.role === "leader" && <Icon name="baton" size={14} />}
        </span>
        <br />
        <span class={styles.how}>
          <LateWhere actor={person.actor}>{how}</LateWhere>
        </span>
      </span>
      <span class={styles.sync}>
        {clockWords(person, signedMs)}
        {person.clock !== null && !person.lost && (
          <small>
            within{" "}
            {Math.max(0.1, person.clock.errorBound * 1_000).toFixed(person.clock.errorBound < 0.01 ? 1 : 0)}
          </small>
        )}
      </span>
      <LateHandOver person={person} />
    </li>
  );
}

export function People() {
  const people = useStage().session.people.value;
  return (
    <section
      class={`${styles.panel} ${styles.people}`}
      aria-label="People"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- reason: what scrolls is scrolled by keys too
      tabIndex={0}
    >
      <h2>People</h2>
      <ul>
        {people.map((person) => (
          <PersonLine key={person.actor} person={person} />
        ))}
      </ul>
      <LateLeadNote />
      <LateStreams />
    </section>
  );
}

/** `pad`: they can give way to the part's XY pad. */
export function Knobs({ pad = false }: { pad?: boolean }) {
  const stage = useStage();
  const track = stage.session.jam.tracks.value.find((each) => each.id === stage.open.value);
  const instrument = track === undefined ? undefined : instrumentById(track.instrument);
  if (track === undefined || instrument === undefined) return null;
  return (
    <section
      class={`${styles.panel} ${styles.part}`}
      aria-label={`Knobs of ${track.name}`}
      data-track={track.id}
    >
      <div class={styles.heading}>
        <ShapeMark shape={track.shape} size={16} />
        <h2>{track.name}</h2>
        {pad && <LatePad track={track} as="button" />}
      </div>
      {pad && stage.pad.value ? (
        <LatePad track={track} as="pad" />
      ) : (
        <>
          <div class={styles.knobs}>
            {instrument.knobs.map((knob) => (
              <Knob key={`${track.id}:${instrument.id}:${knob.param}`} track={track.id} knob={knob} />
            ))}
          </div>
          <EffectKnobs track={track.id} />
        </>
      )}
    </section>
  );
}

export function Scale() {
  const stage = useStage();
  const { session } = stage;
  const { name, root } = session.jam.scale.value;
  const readOnly = stage.readOnly.value;
  return (
    <section class={styles.panel} aria-label="Scale">
      <h2>Scale</h2>
      <div class={styles.scaleRow}>
        <select
          class={controls.select}
          aria-label="Root of the scale"
          value={root}
          disabled={readOnly}
          onChange={(event) =>
            session.dispatch({ type: "ROOM_SET", root: Number(event.currentTarget.value) })
          }
        >
          {Array.from({ length: 12 }, (_, pitch) => (
            <option key={pitch} value={pitch}>
              {pitchClassName(pitch)}
            </option>
          ))}
        </select>
        <select
          class={controls.select}
          aria-label="Scale"
          value={name}
          disabled={readOnly}
          onChange={(event) => session.dispatch({ type: "ROOM_SET", scale: event.currentTarget.value })}
        >
          {Object.keys(SCALES).map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </div>
    </section>
  );
}

export function Side() {
  return (
    <div class={styles.side}>
      <People />
      <Knobs pad />
      <NotePanel />
      <Scale />
    </div>
  );
}
