/**
 * Which output the sound goes to, as far as the browser tells, and the trim that is kept for each.
 * Pure: `platform.ts` asks the browser, `storage.ts` remembers.
 */

/** What is needed of a `MediaDeviceInfo`. */
export interface OutputDevice {
  readonly deviceId: string;
  readonly groupId: string;
  readonly label: string;
}

export interface Output {
  /** Tells one output from another; "default" where the browser keeps them to itself. */
  readonly key: string;
  /** What the system calls it; null where the browser does not say. */
  readonly label: string | null;
}

/** Seconds by which the speakers may be later than the device says. */
export const TRIM = { min: -0.2, max: 0.5, step: 0.001 } as const;
export const UNKNOWN_OUTPUT: Output = { key: "default", label: null };
/** Trims of more outputs than this are forgotten, the oldest first. */
const MOST_OUTPUTS = 24;

/** Chromium names the default device after the one it stands for. */
const labelOf = (device: OutputDevice): string => device.label.replace(/^default\s*[-–—]\s*/i, "").trim();

/**
 * The output a context plays on: `sinkId` is the context's own, "" for the system's default. The default's
 * own id says nothing, since it stays when the device behind it changes; its group and label do not.
 */
export function outputOf(devices: readonly OutputDevice[], sinkId: string): Output {
  const wanted = sinkId === "" ? "default" : sinkId;
  const device = devices.find(({ deviceId }) => deviceId === wanted) ?? devices[0];
  if (!device || (sinkId !== "" && device.deviceId !== sinkId))
    return sinkId === "" ? UNKNOWN_OUTPUT : { key: sinkId, label: null };
  const label = labelOf(device);
  const isNamed = device.deviceId !== "" && device.deviceId !== "default";
  const key = [device.groupId, label].filter((part) => part !== "").join(" ");
  return { key: key || (isNamed ? device.deviceId : UNKNOWN_OUTPUT.key), label: label || null };
}

/** Whole milliseconds within the range; what is no number is no trim. */
export function asTrim(seconds: unknown): number {
  if (typeof seconds !== "number" || !Number.isFinite(seconds)) return 0;
  return Math.round(Math.max(TRIM.min, Math.min(TRIM.max, seconds)) * 1_000) / 1_000;
}

export type Trims = Readonly<Record<string, number>>;

/** Whatever was stored, read as trims. */
export function readTrims(stored: unknown): Trims {
  if (typeof stored !== "object" || stored === null || Array.isArray(stored)) return {};
  return Object.fromEntries(Object.entries(stored).map(([key, value]) => [key, asTrim(value)]));
}

/** A trim of nothing is not kept. The newest stands last. */
export function withTrim(trims: Trims, key: string, seconds: number): Trims {
  const others = Object.entries(trims).filter(([each]) => each !== key);
  const all = asTrim(seconds) === 0 ? others : [...others, [key, asTrim(seconds)] as const];
  return Object.fromEntries(all.slice(-MOST_OUTPUTS));
}

const WIRELESS = /bluetooth|airpods|\bbuds\b|hands-free|a2dp|\bwh-|\bwf-|\bbeats\b|\bjbl\b|soundlink/i;
/** Wired outputs are quicker. Seconds. */
const SLOW_OUTPUT = 0.1;

/** By its name, or because it is as slow as only wireless ones are. */
export const looksWireless = (output: Output, outputLatency: number | null): boolean =>
  WIRELESS.test(output.label ?? "") || (outputLatency ?? 0) > SLOW_OUTPUT;
