/** A sheet over the score: a native dialog that Escape and a press beside it close. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./icons.tsx";
import { useStage } from "./stage.ts";
import controls from "./controls.module.css";
import styles from "./sheet.module.css";

/** Its title, and the button that closes it. */
export function SheetHead({ title, close }: { title: string; close: () => void }) {
  return (
    <header>
      <h2>{title}</h2>
      <button type="button" class={controls.icon} aria-label="Close" onClick={close}>
        <Icon name="close" />
      </button>
    </header>
  );
}

export function SheetBox({
  title,
  wide = false,
  children,
}: {
  title: string;
  /** Two columns fit side by side. */
  wide?: boolean;
  children: ComponentChildren;
}) {
  const stage = useStage();
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = box.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const close = (): void => {
    stage.sheet.value = null;
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- reason: a press on the backdrop is a convenience beside Escape and the button
    <dialog
      ref={box}
      class={`${styles.sheet} ${wide ? styles.wide : ""}`}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onPointerDown={(event) => {
        if (event.target === box.current) close();
      }}
    >
      <div class={styles.inner}>
        <SheetHead title={title} close={close} />
        {children}
      </div>
    </dialog>
  );
}
