/** The demo page: `?state=…&theme=day&open=N`. Served by vite dev only. */
import { render } from "preact";
import type { EndCode, Phase } from "../../state/view.ts";
import { App } from "../app.tsx";
import { setTheme } from "../settings.ts";
import { NEWS } from "./demo-files.ts";
import { type DemoOptions, DemoSession } from "./demo-session.ts";

const query = new URLSearchParams(location.search);
const state = query.get("state") ?? "jam";
const jamming: Phase = { kind: "jamming" };

const STATES: Readonly<Record<string, DemoOptions>> = {
  landing: { phase: { kind: "landing" } },
  connecting: { phase: { kind: "connecting" } },
  arriving: { phase: { kind: "arriving", role: "performer" }, role: "performer", playing: true },
  listening: { phase: { kind: "arriving", role: "listener" }, role: "listener", playing: true },
  tuning: { phase: { kind: "tuning", progress: 0.6, waitsFor: "engine" } },
  jam: { phase: jamming },
  playing: { phase: jamming, playing: true },
  lively: { phase: jamming, playing: true, lively: true },
  listener: { phase: jamming, role: "listener", playing: true },
  alone: { phase: jamming, alone: true },
  empty: { phase: jamming, empty: true },
  met: { phase: jamming, playing: true, met: true },
  past: { phase: jamming, playing: true, history: { looking: true } },
  forgetful: { phase: jamming, history: { problem: "silent" } },
  blank: { phase: jamming, history: { empty: true } },
  held: { phase: jamming, held: true, playing: true },
  lost: { phase: jamming, lost: true, playing: true },
  blocked: {
    phase: jamming,
    sound: { state: "interrupted", cause: "Another app took the speakers." },
    playing: true,
  },
  wireless: {
    phase: jamming,
    playing: true,
    sync: { output: { key: "buds", label: "Ada’s AirPods" } },
  },
  moved: { phase: jamming, playing: true, sync: { outputChanged: true } },
  silent: {
    phase: jamming,
    sound: { state: "failed", cause: "no device" },
    sync: { state: "unlocked", sound: false, past: -1 },
  },
  opened: { phase: jamming, news: NEWS["opened"] },
  remarks: { phase: jamming, news: NEWS["remarks"] },
  refused: { phase: jamming, news: NEWS["refused"] },
  unmade: { phase: jamming, news: NEWS["unmade"] },
  reading: { phase: jamming, news: NEWS["reading"] },
  ended: { phase: { kind: "ended", code: (query.get("code") ?? "TOKEN_EXPIRED") as EndCode } },
};

const wanted = query.get("theme");
if (wanted === "day" || wanted === "night") setTheme(wanted);
const session = new DemoSession(STATES[state] ?? { phase: jamming });
Object.assign(window, { demo: session });
const root = document.getElementById("app");
if (root !== null) render(<App session={session} />, root);
