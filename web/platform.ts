/**
 * The browser's abilities that exist only in a secure context, or only with cross-origin isolation:
 * this is the one file of `web` that touches them. Everything else asks here, so that on plain http
 * from another machine the page can say what is missing instead of failing.
 */

/** Whether this page can sound: on plain http away from loopback AudioWorklet does not exist. */
export function soundSupport(): "yes" | "needs-https" | "unsupported" {
  if (!globalThis.isSecureContext) return "needs-https";
  const able =
    "AudioContext" in globalThis && "AudioWorkletNode" in globalThis && "WebAssembly" in globalThis;
  return able ? "yes" : "unsupported";
}

/** "sab" needs shared memory, and shared memory needs a cross-origin isolated page. */
export function engineMode(): "sab" | "postMessage" {
  return globalThis.crossOriginIsolated && typeof SharedArrayBuffer !== "undefined" ? "sab" : "postMessage";
}

/**
 * Keeps the page in the browser, so that it opens without its server. A browser that refuses (it does not
 * trust the authority of a server on its own network) goes on without.
 */
export function keepPage(): void {
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (import.meta.env.PROD)
    workers?.register("/sw.js").catch((error: unknown) => console.info("The page is not kept:", error));
}

/** 128 random bits in hex. */
export function randomId(): string {
  // getRandomValues exists on plain http too, randomUUID does not.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** 32 random bits, to seed what needs no secrecy. */
export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}

/** False where the clipboard is absent or refused; the text is then to be shown selected. */
export async function copyText(text: string): Promise<boolean> {
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (!clipboard) return false;
  return clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}

/** Loads a worklet module, from our own origin as a file of its own, as a strict CSP asks. */
export function addWorklet(context: BaseAudioContext, url: string): Promise<void> {
  return context.audioWorklet.addModule(url);
}

export function workletNode(
  context: BaseAudioContext,
  name: string,
  options: AudioWorkletNodeOptions,
): AudioWorkletNode {
  return new AudioWorkletNode(context, name, options);
}

/** The audio outputs; their names are there only for a page that may also listen. Empty where nothing is told. */
export async function audioOutputs(): Promise<
  readonly { readonly deviceId: string; readonly groupId: string; readonly label: string }[]
> {
  const media = navigator.mediaDevices as MediaDevices | undefined;
  const devices = (await media?.enumerateDevices?.().catch(() => [])) ?? [];
  return devices.filter(({ kind }) => kind === "audiooutput");
}

/** Keeps the screen lit while it is seen; resolves to the end of it, or to null where the browser refuses. */
export async function keepAwake(): Promise<(() => void) | null> {
  const lock = (navigator as { wakeLock?: WakeLock }).wakeLock;
  const held = await lock?.request("screen").catch(() => null);
  return held ? () => void held.release().catch(() => {}) : null;
}

/** Told when a device came or went. */
export function onDeviceChange(listener: () => void): void {
  const media = navigator.mediaDevices as MediaDevices | undefined;
  media?.addEventListener?.("devicechange", listener);
}
