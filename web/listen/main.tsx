/** The page of an audience, at `/l/ROOM#TOKEN`: one press, and the jam is heard. It is built by itself. */
import { render } from "preact";
import { seededRandom } from "#shared/lib/random.ts";
import { createLocalClock } from "../local-clock.ts";
import { randomSeed } from "../platform.ts";
import { parsePageOptions, parseRoomAddress } from "../state/address.ts";
import { applyTheme } from "../ui/settings.ts";
import { Listening } from "./listening.ts";
import { usualMode } from "./mode.ts";
import { Page } from "./page.tsx";
import { rememberedMode } from "./remembered.ts";
import "../ui/global.css";

const options = parsePageOptions(location.search);
const isSmall = matchMedia("(max-width: 719px), (pointer: coarse)").matches;
const listening = new Listening({
  clock: createLocalClock(options.skew ?? undefined),
  address: parseRoomAddress(location.pathname, location.hash),
  random: seededRandom(randomSeed()),
  wish: rememberedMode() ?? usualMode({ isSmall }),
});

applyTheme();
const root = document.getElementById("app");
if (root) render(<Page listening={listening} />, root);

if (options.inspect)
  void import("./inspector.ts").then(({ installInspector }) => installInspector(listening));
