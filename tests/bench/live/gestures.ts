/** What a hand does: how far a control is turned, 0 to 1, at seconds from the beginning of the gesture. */

export interface Gesture {
  readonly name: string;
  /** A step cannot be followed by interpolation: it is judged by how long it takes, not by its error. */
  readonly isStep: boolean;
  at(seconds: number): number;
}

export const SECONDS = 10;

export const sine = (hertz: number): Gesture => ({
  name: `sine ${hertz} Hz`,
  isStep: false,
  at: (seconds) => 0.5 - 0.5 * Math.cos(2 * Math.PI * hertz * seconds),
});

export const GESTURES: readonly Gesture[] = [
  sine(0.5),
  sine(1),
  { name: "ramp", isStep: false, at: (seconds) => seconds / SECONDS },
  { name: "steps", isStep: true, at: (seconds) => (Math.floor(seconds * 2) % 2 === 0 ? 0.2 : 0.8) },
];
