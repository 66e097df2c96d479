/** What the page and the release Worker say to one another. */
import type { OscChannelTransferable } from "supersonic-scsynth";
import type { RoomTime } from "#shared/time/instants.ts";
import type { Maps, PlanEntry } from "./release-plan.ts";

export type ToReleaser =
  /** `shift` is what a tag adds to context time: the engine's own zero, less the delays behind it. */
  | { readonly type: "open"; readonly channel: OscChannelTransferable; readonly shift: number }
  | { readonly type: "maps"; readonly maps: Maps }
  | {
      readonly type: "plan";
      readonly track: number;
      readonly from: RoomTime;
      readonly entries: readonly PlanEntry[];
    }
  /** Forgets the plan and the maps: nothing is released until both are told anew. */
  | { readonly type: "hold" };

export interface ReleasedNote {
  readonly track: number;
  readonly step: number;
  readonly pitch: number;
  /** When it is heard, in host time. */
  readonly host: number;
}

export type FromReleaser =
  /** Four times a second, from a timer that a hidden tab does not throttle. */
  | { readonly type: "tick"; readonly missed: number }
  | { readonly type: "released"; readonly notes: readonly ReleasedNote[] };
