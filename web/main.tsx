/** The page: reads its address, makes the session and puts the screen on it. */
import { options as preact, render } from "preact";
import { createLocalClock } from "./local-clock.ts";
import { parsePageOptions, parseRoomAddress } from "./state/address.ts";
import { Session } from "./state/session.ts";
import { App } from "./ui/app.tsx";

const options = parsePageOptions(location.search);
const session = new Session({
  clock: createLocalClock(options.skew ?? undefined),
  address: parseRoomAddress(location.pathname, location.hash),
});

// Once a frame, and not within the press that changed something: what that sends goes out first.
preact.debounceRendering = (draw) => void (document.hidden ? setTimeout : requestAnimationFrame)(draw);

const root = document.getElementById("app");
if (root) render(<App session={session} />, root);

if (options.inspect) void import("./inspector.ts").then(({ installInspector }) => installInspector(session));
