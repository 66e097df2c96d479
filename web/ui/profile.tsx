/** My name and my colour: never asked for, always at hand. */
import { useRef } from "preact/hooks";
import { LIMITS } from "#shared/protocol/limits.ts";
import { useStage } from "./stage.ts";
import controls from "./controls.module.css";
import styles from "./sheet.module.css";

const COLORS = ["Coral", "Amber", "Leaf", "Jade", "Sky", "Blue", "Violet", "Rose"];

export function ProfileFields() {
  const { session } = useStage();
  const group = useRef<HTMLDivElement>(null);
  const me = session.people.value.find((person) => person.self);
  if (me === undefined) return null;
  const hue = me.color % COLORS.length;
  const choose = (index: number): void => {
    session.setProfile({ color: index });
    group.current?.querySelectorAll<HTMLElement>("button")[index]?.focus();
  };
  return (
    <div class={styles.profile}>
      <label class={controls.label} htmlFor="my-name">
        Your name
      </label>
      <input
        id="my-name"
        class={controls.field}
        defaultValue={me.name}
        maxLength={LIMITS.nameLength}
        autocomplete="off"
        onChange={(event) => {
          const name = event.currentTarget.value.trim();
          if (name !== "" && name !== me.name) session.setProfile({ name });
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
        }}
      />
      {me.role !== "listener" && (
        <div ref={group} class={controls.swatches} role="radiogroup" aria-label="Your colour">
          {COLORS.map((name, index) => (
            <button
              key={name}
              type="button"
              role="radio"
              class={controls.swatch}
              data-c={index}
              aria-label={name}
              aria-checked={index === hue}
              tabIndex={index === hue ? 0 : -1}
              onClick={() => choose(index)}
              onKeyDown={(event) => {
                const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: 7, ArrowUp: 7 }[event.key];
                if (by === undefined) return;
                event.preventDefault();
                choose((hue + by) % COLORS.length);
              }}
            />
          ))}
        </div>
      )}
    </div>
  );
}
