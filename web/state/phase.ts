/** Which page the screen is on, from how far the room, the sound and the clock have come. */
import type { Role } from "#shared/protocol/messages.ts";
import type { PlayerStatus } from "../audio/player.ts";
import type { EndCode, Phase } from "./view.ts";

/** How far the way into the room has come. */
export type Stage =
  | { readonly kind: "landing" }
  | { readonly kind: "connecting" }
  | { readonly kind: "here" }
  | { readonly kind: "ended"; readonly code: EndCode };

export interface PhaseInput {
  readonly stage: Stage;
  readonly role: Role;
  /** The button was pressed: sound is wanted. */
  readonly joined: boolean;
  readonly sound: PlayerStatus;
  /** The room's clock can be played by. */
  readonly locked: boolean;
}

/** The clock's part of the way, as the button fills: it is quick beside the engine. */
const CLOCK_SHARE = 0.2;

export function phaseOf({ stage, role, joined, sound, locked }: PhaseInput): Phase {
  if (stage.kind === "ended") return { kind: "ended", code: stage.code };
  if (stage.kind === "landing") return { kind: "landing" };
  if (!joined) return stage.kind === "here" ? { kind: "arriving", role } : { kind: "connecting" };
  const built = sound.state === "running" || sound.state === "interrupted" || sound.state === "failed";
  if (stage.kind === "here" && built && locked) return { kind: "jamming" };
  const progress = (built ? 1 : sound.progress) * (1 - CLOCK_SHARE) + (locked ? CLOCK_SHARE : 0);
  const waitsFor = stage.kind !== "here" ? "room" : built ? "clock" : sound.waitsFor;
  return { kind: "tuning", progress, waitsFor };
}
