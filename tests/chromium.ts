/** Debian's Chromium and how it is started for tests: no browser is downloaded, and it calls nobody. */
export const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/**
 * Audio worklets without real-time priority: theirs spin while they wait for threads of normal priority, and those of
 * two pages then hold both cores of a small machine for .95 s, until Linux lets anybody else run. The others are of
 * Playwright's own list, which this switch takes the place of.
 */
const DISABLED_FEATURES = [
  "AudioWorkletThreadRealtimePriority",
  "HttpsUpgrades",
  "MediaRouter",
  "NetworkTimeServiceQuerying",
  "OptimizationHints",
  "PaintHolding",
];

export const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
  `--disable-features=${DISABLED_FEATURES.join(",")}`,
];

/** What a browser does behind a firewall that lets no UDP through; TCP goes on. */
export const NO_UDP_FLAG = "--webrtc-ip-handling-policy=disable_non_proxied_udp";
