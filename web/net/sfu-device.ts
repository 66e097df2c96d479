/** mediasoup-client as Tutti uses it: what it brings along is fetched with it, on demand. */
import { Device, type types } from "mediasoup-client";

/** Whoever consumes sound must pass an `onRtpReceiver`, or mediasoup-client asks for no stamps on that side. */
export const createDevice = (): types.Device =>
  new Device({
    // Sound carries the instant of its capture (`streams/heard-time.ts`).
    forcedRtpExtensions: { "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time": true },
  });
