/**
 * The Worker that holds the plan and hands notes to the engine, apart from the page: a page busy for
 * 200 ms, or hidden, delays nothing here.
 */
import { OscChannel } from "supersonic-scsynth/osc-channel";
import { encodeBundle } from "supersonic-scsynth/osc-fast";
import type { FromReleaser, ToReleaser } from "./release-messages.ts";
import { type Maps, type Release, ReleasePlan } from "./release-plan.ts";

const RELEASE_EVERY_MS = 20;
const TICK_EVERY_MS = 250;

const plan = new ReleasePlan();
let engine: { channel: OscChannel; shift: number } | null = null;
let maps: Maps | null = null;

const hostNow = (): number => (performance.timeOrigin + performance.now()) / 1000;
const tell = (message: FromReleaser): void => self.postMessage(message);

function send(release: Release): boolean {
  if (!engine) return false;
  const bytes = encodeBundle(release.context + engine.shift, [[...release.entry.message]]);
  // The encoder reuses its buffer, and in postMessage mode the whole buffer would be cloned.
  return engine.channel.sendDirect(bytes.slice());
}

function releaseDue(): void {
  if (!engine || !maps) return;
  const now = hostNow();
  const sent: Release[] = [];
  for (const due of plan.take(now, maps)) {
    if (send(due)) sent.push(due);
    else plan.putBack(due, now);
  }
  if (sent.length === 0) return;
  const notes = sent.map(({ track, entry, host }) => ({ track, step: entry.step, pitch: entry.pitch, host }));
  tell({ type: "released", notes });
}

self.onmessage = (event: MessageEvent<ToReleaser>) => {
  const message = event.data;
  switch (message.type) {
    case "open":
      engine = { channel: OscChannel.fromTransferable(message.channel), shift: message.shift };
      return;
    case "maps":
      maps = message.maps;
      return;
    case "plan":
      plan.replace(message.track, message.from, message.entries, hostNow());
      return;
    case "hold":
      plan.clear();
      maps = null;
      return;
  }
};

setInterval(releaseDue, RELEASE_EVERY_MS);
setInterval(() => tell({ type: "tick", missed: plan.missed }), TICK_EVERY_MS);
