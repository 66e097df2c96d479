/**
 * What of the audience's page can wait for the sound, and so is fetched after it: reactions, what the device is told,
 * the typefaces, and how the instant that is heard is measured.
 */
import { REACTIONS } from "#shared/protocol/chat.ts";
import { HeardTime, type HeardTimeOptions } from "../net/streams/heard-time.ts";
import { loadFonts } from "../ui/fonts.ts";
import { Sign, SIGNS } from "../ui/signs.tsx";
import { Attention, type AttentionHandlers } from "./attention.ts";
import type { Listening } from "./listening.ts";
import styles from "./late.module.css";

export const heardTimeOf = (options: HeardTimeOptions): HeardTime => new HeardTime(options);

/** Told of the device from now on. */
export function attend(handlers: AttentionHandlers): Attention {
  loadFonts();
  return new Attention(handlers);
}

export function Reactions({ listening }: { listening: Listening }) {
  return (
    <div class={styles.reactions} role="group" aria-label="React">
      {REACTIONS.map((reaction) => (
        <button
          key={reaction}
          type="button"
          title={SIGNS[reaction].word}
          aria-label={SIGNS[reaction].word}
          onClick={() => listening.react(reaction)}
        >
          <Sign reaction={reaction} size={24} />
        </button>
      ))}
    </div>
  );
}

export function SeenReactions({ listening }: { listening: Listening }) {
  const seen = listening.reactions.value;
  return (
    <ul class={styles.seen} aria-label="Reactions">
      {seen.map(({ id, name, color, reaction }) => {
        const known = REACTIONS.find((each) => each === reaction);
        if (known === undefined) return null;
        return (
          <li key={id} data-c={color ?? undefined}>
            <Sign reaction={known} size={20} />
            <span>
              {name}
              <span class={styles.hidden}>: {SIGNS[known].word}</span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
