/** Where the page cannot go on: what happened, in the words of every other page of Tutti, and one button. */
import { ending } from "../ui/words.ts";
import type { EndCode } from "./listening.ts";
import styles from "./listen.module.css";

/** What is another thing for an audience than for those who play. */
const OWN: Partial<
  Record<EndCode, { readonly title: string; readonly sentence: string; readonly button: string }>
> = {
  ROOM_FULL: {
    title: "The hall is full",
    sentence: "As many people listen to this room as it can hold. Try again when somebody has left.",
    button: "Try again",
  },
  REPLACED: {
    title: "You are listening somewhere else",
    sentence: "The same seat has been taken in another tab or window.",
    button: "Listen here instead",
  },
};

export function EndedPage({ code }: { code: EndCode }) {
  const words = { ...ending(code), ...OWN[code] };
  return (
    <main class={styles.ended}>
      <div>
        <h1>{words.title}</h1>
        <p>{words.sentence}</p>
        {words.act === "home" ? (
          <a class={styles.listen} href="/">
            {words.button}
          </a>
        ) : (
          <button type="button" class={styles.listen} onClick={() => location.reload()}>
            {words.button}
          </button>
        )}
      </div>
    </main>
  );
}
