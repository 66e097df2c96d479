/**
 * What a leader conducts with: one message each. The server checks who asks, and `room/leader-controls.ts`
 * turns it into writes of the server's own.
 */
import * as v from "valibot";
import { MOST_OCTAVES, PANELS } from "../room/shown-view.ts";
import { LIMITS } from "./limits.ts";
import { integer } from "./numbers.ts";

export const LeaderControl = v.variant("type", [
  /** −1 turns every melodic part upside down from a bar line on, +1 back. */
  v.object({ type: v.literal("POLARITY_SYNC"), polarity: v.picklist([1, -1]) }),
  /** Calls a scene for a bar line; null takes back one that has been called. */
  v.object({ type: v.literal("SCENE_LAUNCH"), scene: v.nullable(integer(0, LIMITS.scenes - 1)) }),
  /** Takes the tempo to another within so many bars from a bar line on. */
  v.object({
    type: v.literal("TEMPO_RAMP"),
    tempo: v.pipe(v.number(), v.minValue(LIMITS.tempo.min), v.maxValue(LIMITS.tempo.max)),
    bars: integer(1, LIMITS.rampBars),
  }),
  /** Locks a part, or all editing (`track` null), or unlocks it: at once. */
  v.object({ type: v.literal("LOCK"), track: v.nullable(integer(0, 0xffff_ffff)), on: v.boolean() }),
  /** Takes somebody's input off the air. Nothing puts it on but its owner. */
  v.object({ type: v.literal("INPUT_MUTE"), actor: integer(0, 0xffff_ffff) }),
  /** Whose room mix the audience hears, if they can send it; null lets the room choose by itself. */
  v.object({ type: v.literal("BROADCASTER"), actor: v.nullable(integer(1, LIMITS.actors)) }),
  /** Lets no part begin a note from a bar line on, or lets them again. */
  v.object({ type: v.literal("MUTE_ALL"), on: v.boolean() }),
  /** Brings everybody's view to this leader's, and takes it along with each further one; null lets them go. */
  v.object({
    type: v.literal("FOLLOW"),
    view: v.nullable(
      v.object({
        track: v.nullable(integer(0, 0xffff_ffff)),
        first: v.nullable(integer(0, LIMITS.steps - 1)),
        octaves: integer(-MOST_OCTAVES, MOST_OCTAVES),
        panel: v.nullable(v.picklist(PANELS)),
      }),
    ),
  }),
  /** Hands the lead over to a performer, who is present as this actor; or takes it, with a leader's link. */
  v.object({ type: v.literal("LEAD"), to: integer(1, LIMITS.actors) }),
]);
export type LeaderControl = v.InferOutput<typeof LeaderControl>;
/** Those that become writes: the sound between people is in no document. */
export type WrittenControl = Exclude<LeaderControl, { readonly type: "INPUT_MUTE" | "BROADCASTER" }>;

/** Why a control is refused. The connection goes on. */
export type ControlRefusal =
  /** Not a leader's. */
  | "FORBIDDEN"
  /** No control that this server knows. */
  | "INVALID"
  /** Too many: ask later. */
  | "RATE"
  /** There is no such part, scene or performer, and no such input on the air. */
  | "NOT_FOUND"
  /** The server cannot store it now. */
  | "UNAVAILABLE";
