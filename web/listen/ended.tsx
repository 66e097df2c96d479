/** Where the page cannot go on: what happened, in the words of every other page of Tutti, and one button. */
import { ending } from "../ui/words.ts";
import type { EndCode } from "./listening.ts";
import styles from "./ended.module.css";

export function EndedPage({ code }: { code: EndCode }) {
  const words = ending(code);
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
