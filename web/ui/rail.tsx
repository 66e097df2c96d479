/**
 * The tuning rail: people at their measured distance from the one beat, a quarter of a millisecond a
 * pixel, with a soft bar for how sure that is; and the number of the bar as a rehearsal mark.
 */
import { useComputed, useSignal, type ReadonlySignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Person } from "../state/view.ts";
import { Chip } from "./chip.tsx";
import { LateOnRail } from "./late-over.tsx";
import { railBar, railX, spread } from "./geometry.ts";
import { LinkGlyph, Icon } from "./icons.tsx";
import { signedMs } from "./signed-ms.ts";
import { SheetButton } from "./sheet-button.tsx";
import { useStage } from "./stage.ts";
import { clockWords, rungWords } from "./words.ts";
import styles from "./rail.module.css";

/** How often chips glide to a new place. */
const GLIDE = 1_000;

/** The people as they were at most a second ago; comings and goings show at once. */
function useCalmPeople(people: ReadonlySignal<readonly Person[]>): readonly Person[] {
  const calm = useSignal(people.peek());
  const roster = useComputed(() =>
    people.value.map(({ actor, name, color, lost, rung }) => `${actor}${name}${color}${lost}${rung}`).join(),
  ).value;
  useEffect(() => {
    calm.value = people.peek();
    const timer = setInterval(() => {
      calm.value = people.peek();
    }, GLIDE);
    return () => clearInterval(timer);
  }, [calm, people, roster]);
  return calm.value;
}

const isTuned = (person: Person): boolean =>
  person.clock !== null && (person.clock.state === "locked" || person.clock.state === "holdover");

function describe(person: Person): string {
  if (person.lost) return `${person.name}, gone`;
  const link = person.self ? "you" : `linked ${rungWords[person.rung]}`;
  return `${person.name}, ${clockWords(person, signedMs)}, ${link}`;
}

/** A chip where it stands; one's own opens the Sync panel. */
function ChipPlace({ person, at, compact }: { person: Person; at: number; compact: boolean }) {
  const place = { class: styles.chip, style: { transform: `translateX(${at}px)` }, title: describe(person) };
  const chip = (
    <>
      <Chip person={person} size={compact ? 20 : 24} />
      {!compact && <LinkGlyph rung={person.rung} />}
    </>
  );
  if (!person.self)
    return (
      <>
        <span {...place}>{chip}</span>
        <span class={styles.spoken}>{describe(person)}</span>
      </>
    );
  return (
    <SheetButton sheet="sync" {...place} aria-label={`${person.initials}: ${describe(person)}, open Sync`}>
      {chip}
    </SheetButton>
  );
}

export function Ruler({ compact = false }: { compact?: boolean }) {
  const stage = useStage();
  const everyone = useCalmPeople(stage.session.people);
  const held = stage.session.connection.value.state === "offline";
  const band = everyone.filter((person) => person.role !== "listener");
  const shown = band.length > 0 ? band : everyone;
  const places = shown.map((person) =>
    isTuned(person) ? railX(person.clock?.offset ?? 0) : compact ? 84 : 140,
  );
  const centres = spread(places, compact ? 22 : 28);
  // Not beside somebody who is just going: the chair would stand in their place.
  const alone = everyone.length <= 1;
  return (
    <div class={`${styles.ruler} ${held ? styles.held : ""} ${compact ? styles.compact : ""}`}>
      <ul class={styles.chips} aria-label="On the tuning rail">
        {shown.map((person, index) => (
          <li key={person.actor} data-c={person.color} data-chip={person.actor}>
            <span
              class={styles.bar}
              style={{
                transform: `translateX(${places[index]}px)`,
                width: `${2 * railBar(person.clock?.errorBound ?? 0)}px`,
                marginLeft: `${-railBar(person.clock?.errorBound ?? 0)}px`,
              }}
            />
            <span class={styles.pin} style={{ transform: `translateX(${places[index]}px)` }} />
            <ChipPlace person={person} at={centres[index] ?? 0} compact={compact} />
          </li>
        ))}
      </ul>
      {alone && stage.session.entrance.phase.value.kind === "jamming" && (
        <SheetButton sheet="share" class={styles.chair}>
          <i>
            <Icon name="chair" size={14} />
          </i>
          {compact ? (
            <span>Copy the link</span>
          ) : (
            <span class={styles.invitation}>
              <span>Bring someone: </span>copy the link.
            </span>
          )}
        </SheetButton>
      )}
    </div>
  );
}

/** The bar that sounds and the one after it; every fourth is boxed. */
export function BarMarks() {
  const stage = useStage();
  const bar = useComputed(() => Math.floor(Math.max(0, stage.step.value) / 16) + 1).value;
  return (
    <>
      <span class={`${styles.mark} ${(bar - 1) % 4 === 0 ? styles.boxed : ""}`} aria-hidden="true">
        {bar}
      </span>
      <span class={`${styles.mark} ${styles.next} ${bar % 4 === 0 ? styles.boxed : ""}`} aria-hidden="true">
        {bar + 1}
      </span>
    </>
  );
}

export function Rail() {
  return (
    <div class={styles.rail}>
      <BarMarks />
      <Ruler />
      <LateOnRail />
    </div>
  );
}
