/** What others did, told in passing: a flag where it happened and a sentence on the status line. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { knobOf } from "#shared/document/keys.ts";
import type { Delta, Write } from "#shared/document/delta.ts";
import { type Timeline, transportChange } from "#shared/music/timeline.ts";
import type { Author } from "./jam-signals.ts";
import type { NoticesView, Touch } from "./view.ts";

/** How long a sentence stays, and how long edits of one person are added up in one, in ms. */
const NOTICE_MS = 4_000;

type Seen = Omit<Touch, "id">;

export class Notices implements NoticesView {
  readonly #touch = signal<Touch | null>(null);
  readonly #notice = signal<string | null>(null);
  #nextId = 1;
  #counted: { readonly name: string; readonly edits: number } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get touch(): ReadonlySignal<Touch | null> {
    return this.#touch;
  }

  get notice(): ReadonlySignal<string | null> {
    return this.#notice;
  }

  say(sentence: string): void {
    this.#notice.value = sentence;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#notice.value = null;
      this.#counted = null;
    }, NOTICE_MS);
  }

  touched(seen: Seen | null): void {
    if (!seen) return;
    this.#touch.value = { ...seen, id: this.#nextId++ };
    if (seen.target.kind === "transport") {
      this.#counted = null;
      this.say(transportSentence(seen.name, seen.target.what));
      return;
    }
    if (seen.target.kind === "jam") {
      this.#counted = null;
      this.say(`${seen.name} put other parts in place of these.`);
      return;
    }
    const edits = this.#counted?.name === seen.name ? this.#counted.edits + 1 : 1;
    this.#counted = { name: seen.name, edits };
    this.say(`${edits === 1 ? "1 edit" : `${edits} edits`} by ${seen.name} just now`);
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}

/** What an undo had to leave alone. */
export const stands = (skipped: number): string =>
  skipped === 1
    ? "1 change stands: somebody has changed it since."
    : `${skipped} changes stand: somebody has changed them since.`;

/** What came of taking back one's own last bars. */
export function takenBack(changes: number, skipped: number, bars: number): string {
  const left = skipped === 0 ? "" : ` ${stands(skipped)}`;
  if (changes > 0) return `${changes === 1 ? "1 change is" : `${changes} changes are`} taken back.${left}`;
  return skipped > 0 ? stands(skipped) : `You changed nothing in the last ${bars} bars.`;
}

function transportSentence(name: string, what: "started" | "stopped" | "tempo" | "swing"): string {
  if (what === "started" || what === "stopped") return `${name} ${what} the jam.`;
  return `${name} changed the ${what}.`;
}

/** Which place of the screen a delta of another's touched; null for nobody's and for what has no place. */
export function describeTouch(delta: Delta, author: Author | null): Seen | null {
  const [write] = delta.writes;
  if (!write || !author) return null;
  if (delta.writes.filter(({ key }) => key.kind === "track" && key.field === "alive").length > 1)
    return { name: author.name, color: author.color, target: { kind: "jam" } };
  const target = targetOf(write);
  return target && { name: author.name, color: author.color, target };
}

/** Where a register stands on the screen; null for nowhere. */
export function targetOf({ key, value }: Write): Touch["target"] | null {
  switch (key.kind) {
    case "note":
      return { kind: "cell", track: key.track, step: key.step, pitch: key.pitch };
    case "param":
    case "effect": {
      const param = knobOf(key);
      return param === null ? null : { kind: "param", track: key.track, param };
    }
    case "roomEffect":
      return { kind: "roomEffect", effect: key.effect };
    case "floor":
    case "length":
    case "track":
      return { kind: "track", track: key.track };
    case "scene":
      return { kind: "scene", scene: key.scene };
    case "chain":
      return { kind: "chain" };
    case "room":
      if (key.field === "transport") return { kind: "transport", what: transportChange(value as Timeline) };
      return key.field === "swing" ? { kind: "transport", what: "swing" } : null;
    case "setting":
    case "control":
    case "conducted":
      return null;
    case "trackLock":
      return { kind: "track", track: key.track };
  }
}
