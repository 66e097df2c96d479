/**
 * Microphones and lines: like `platform.ts`, the one place that touches them, and fetched only when somebody
 * may want to be heard. A device is opened by its own id, never as "the default", which would go over to
 * another device without a word.
 */

export interface InputDevice {
  readonly deviceId: string;
  readonly label: string;
}

export interface OpenInput extends InputDevice {
  readonly track: MediaStreamTrack;
  readonly channels: number;
}

export type InputProblem =
  /** The person, the browser or the system does not allow it. */
  | "denied"
  | "none"
  /** Another program has it, or it does not do what is asked. */
  | "busy"
  /** On speakers without echo cancellation everybody would hear themselves. */
  | "no-echo-cancellation"
  | "unsupported";

export class InputError extends Error {
  readonly code: InputProblem;
  private constructor(code: InputProblem) {
    super(code);
    this.name = "InputError";
    this.code = code;
  }
  static of(code: InputProblem): InputError {
    return new InputError(code);
  }
  static from(error: unknown): InputError {
    if (error instanceof InputError) return error;
    const name = error instanceof Error ? error.name : "";
    if (name === "NotAllowedError" || name === "SecurityError") return new InputError("denied");
    if (name === "NotFoundError" || name === "OverconstrainedError") return new InputError("none");
    return new InputError("busy");
  }
}

/** Names that stand for whichever device the system prefers at the moment. */
const ALIASES = new Set(["default", "communications"]);

/** With names only once an input has been opened here. Aliases are left out. */
export async function audioInputs(): Promise<readonly InputDevice[]> {
  const media = navigator.mediaDevices as MediaDevices | undefined;
  const devices = (await media?.enumerateDevices().catch(() => [])) ?? [];
  return devices
    .filter(({ kind, deviceId }) => kind === "audioinput" && !ALIASES.has(deviceId))
    .map(({ deviceId, label }) => ({ deviceId, label }));
}

/**
 * Opens an input; null asks for any, and takes the first that has a name of its own. For headphones nothing
 * is done to the sound and both channels come; for speakers it is a voice: one channel, its echo cancelled.
 * Rejects with an `InputError`.
 */
export async function openInput(deviceId: string | null, headphones: boolean): Promise<OpenInput> {
  const media = navigator.mediaDevices as MediaDevices | undefined;
  if (!media) throw InputError.of("unsupported");
  try {
    const track = await open(media, deviceId, headphones);
    const own = track.getSettings().deviceId ?? "";
    if (deviceId !== null || !ALIASES.has(own)) return named(track, headphones);
    const [first] = await audioInputs();
    if (!first) return named(track, headphones);
    track.stop();
    return named(await open(media, first.deviceId, headphones), headphones);
  } catch (error) {
    throw InputError.from(error);
  }
}

async function open(
  media: MediaDevices,
  deviceId: string | null,
  headphones: boolean,
): Promise<MediaStreamTrack> {
  const stream = await media.getUserMedia({
    audio: {
      ...(deviceId !== null && { deviceId: { exact: deviceId } }),
      echoCancellation: !headphones,
      noiseSuppression: !headphones,
      autoGainControl: !headphones,
      channelCount: { ideal: headphones ? 2 : 1 },
    },
  });
  const [track] = stream.getAudioTracks();
  if (!track) throw InputError.of("none");
  return track;
}

function named(track: MediaStreamTrack, headphones: boolean): OpenInput {
  const { deviceId = "", channelCount = 1, echoCancellation } = track.getSettings();
  if (!headphones && echoCancellation === false) {
    track.stop();
    throw InputError.of("no-echo-cancellation");
  }
  return { track, deviceId, label: track.label, channels: channelCount };
}
