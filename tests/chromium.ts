/** Debian's Chromium and how it is started for tests: no browser is downloaded, and it calls nobody. */
export const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

export const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];

/** What a browser does behind a firewall that lets no UDP through; TCP goes on. */
export const NO_UDP_FLAG = "--webrtc-ip-handling-policy=disable_non_proxied_udp";
