/** The stamp of the instant at which sound was captured, which a browser sends along only where it is asked to. */

const CAPTURE_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time";

const MID = "urn:ietf:params:rtp-hdrext:sdes:mid";

/** Not in TypeScript's library yet. */
interface ExtensionControl {
  getHeaderExtensionsToNegotiate?(): { readonly uri: string; direction: RTCRtpTransceiverDirection }[];
  setHeaderExtensionsToNegotiate?(extensions: readonly { readonly uri: string }[]): void;
}

/** To be called before a description is made, by both sides. Does nothing where the browser has no such control. */
export function askForCaptureTime(connection: RTCPeerConnection): void {
  for (const transceiver of connection.getTransceivers() as ExtensionControl[]) {
    const extensions = transceiver.getHeaderExtensionsToNegotiate?.();
    const stamp = extensions?.find(({ uri }) => uri === CAPTURE_TIME);
    if (!extensions || !stamp || stamp.direction === "sendrecv") continue;
    // One that the other side has not offered stands as stopped, and this one must not be written back so.
    for (const each of extensions) if (each === stamp || each.uri === MID) each.direction = "sendrecv";
    transceiver.setHeaderExtensionsToNegotiate?.(extensions);
  }
}
