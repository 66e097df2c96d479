/** Who last changed what stands somewhere, read from the stamp that stands there. */
import type { RegisterKey } from "#shared/document/delta.ts";
import { knobKey } from "#shared/document/keys.ts";
import type { JamDocument } from "#shared/document/document.ts";
import { type Timeline, transportChange } from "#shared/music/timeline.ts";
import type { Author } from "./jam-signals.ts";
import type { LastChange, Spot } from "./view.ts";

export interface Witness {
  readonly document: JamDocument;
  readonly author: (actor: number) => Author | null;
  readonly isMe: (actor: number) => boolean;
  /** Room time in seconds; null while there is none. */
  readonly now: number | null;
}

/** Null where nobody has changed anything yet. */
export function lastChange(spot: Spot, { document, author, isMe, now }: Witness): LastChange | null {
  const key = registerOf(spot, document);
  if (!key) return null;
  const { actor, time } = document.stampOf(key);
  const who = actor === 0 ? null : author(actor);
  if (!who) return null;
  const value = document.get(key)?.value ?? null;
  return {
    by: isMe(actor) ? null : who.name,
    color: who.color,
    deed: spot.kind === "cell" && value === null ? "cleared" : deedOf(key, value as Timeline | null),
    ago: now === null ? null : Math.max(0, now - time / 1_000),
  };
}

function deedOf(key: RegisterKey, value: Timeline | null): LastChange["deed"] {
  if (key.kind !== "room" || key.field !== "transport" || value === null) return "set";
  const deed = transportChange(value);
  return deed === "tempo" ? "set" : deed;
}

function registerOf(spot: Spot, document: JamDocument): RegisterKey | null {
  switch (spot.kind) {
    case "cell": {
      const { track, step, pitch } = spot;
      const pattern = document.jam().tracks.find(({ id }) => id === track)?.patternIndex ?? 0;
      return { kind: "note", track, pattern, step, pitch };
    }
    case "param":
      return knobKey(spot.track, spot.param);
    case "roomEffect":
      return { kind: "roomEffect", effect: spot.effect };
    case "field":
      return { kind: "track", track: spot.track, field: spot.field };
    case "room":
      return { kind: "room", field: spot.field };
  }
}
