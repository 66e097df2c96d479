/** Which way an audience hears: what they have chosen, and what there is. Pure. */

export const MODES = ["stream", "render"] as const;
/** "stream": the programme, from the SFU. "render": the jam, made here. */
export type Mode = (typeof MODES)[number];

export interface Possible {
  /** What was chosen, or is usual on such a device. */
  readonly wish: Mode;
  /** This browser can make the sound itself. */
  readonly canRender: boolean;
  /** Somebody sends the programme. */
  readonly hasProgramme: boolean;
  /** It has been waited for: nobody has for a while. */
  readonly isOverdue: boolean;
  /** It is sent, and does not come through to here. */
  readonly isCut: boolean;
}

/** Law: never both; what was chosen where it is possible; a stream is waited for before the jam is rendered. */
export function modeOf({ wish, canRender, hasProgramme, isOverdue, isCut }: Possible): Mode {
  if (!canRender || wish === "stream") {
    const isMissing = hasProgramme ? isCut : isOverdue;
    return canRender && isMissing ? "render" : "stream";
  }
  return "render";
}

/** What a phone or a small tablet is taken for: rendering costs battery that a stream does not. */
export const usualMode = (device: { readonly isSmall: boolean }): Mode =>
  device.isSmall ? "stream" : "render";
