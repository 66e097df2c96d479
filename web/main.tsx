/** The page: reads its address, makes the session and puts the screen on it. */
import { render } from "preact";
import { createLocalClock } from "./local-clock.ts";
import { parsePageOptions, parseRoomAddress } from "./state/address.ts";
import { Session } from "./state/session.ts";
import { App } from "./ui/app.tsx";
import { drawOnceAFrame } from "./ui/drawing.ts";

const options = parsePageOptions(location.search);
const session = new Session({
  clock: createLocalClock(options.skew ?? undefined),
  address: parseRoomAddress(location.pathname, location.hash),
});

drawOnceAFrame();

const root = document.getElementById("app");
if (root) render(<App session={session} />, root);

if (options.inspect) void import("./inspector.ts").then(({ installInspector }) => installInspector(session));
