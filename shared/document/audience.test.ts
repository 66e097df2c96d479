/** What delivery to an audience costs while nothing is lost: a listener's pings say that it has everything. */
import { expect, test } from "vitest";
import { PROBE } from "../protocol/frames.ts";
import { Hub } from "./hub.ts";
import { GRACE, LISTENER_GRACE } from "./owing.ts";
import { Replica } from "./replica.ts";
import { Spoke } from "./spoke.ts";
import { fromPeer, NOW_MS, toggle } from "./test-seats.ts";

const AUTHOR = 1;
const LISTENER = 2;
/** Between two pings. */
const PING = 2;

/** An author and a listener, both on the SFU. */
function stage() {
  const hub = new Hub({ seed: 1 });
  hub.join(AUTHOR, { now: 0, mayWrite: true });
  hub.join(LISTENER, { now: 0, mayWrite: false });
  hub.setDirect(LISTENER, new Set([AUTHOR]));
  const spoke = new Spoke({ actor: LISTENER, seed: 1, mayWrite: false });
  spoke.setServerOpen(true, 0);
  spoke.handleServerFrame(hub.snapshotFrame(NOW_MS, LISTENER), 0, NOW_MS);
  spoke.setPath({ kind: "sfu", open: true }, 0);
  spoke.handlePeerFrame(AUTHOR, PROBE, 0, NOW_MS, "sfu");
  const author = new Replica({ actor: AUTHOR, seed: 1 });
  let edits = 0;
  return {
    hub,
    spoke,
    /** One edit, which the SFU brings the server, and the listener unless it is lost. */
    edit: (now: number, isLost = false) => {
      const bytes = fromPeer(author.commit(toggle(edits++ % 64), NOW_MS));
      hub.handleDelta(AUTHOR, bytes, now, NOW_MS, "sfu");
      if (!isLost) spoke.handlePeerFrame(AUTHOR, bytes, now, NOW_MS, "sfu");
    },
    ping: (now: number) => {
      hub.handleState(LISTENER, spoke.state, now);
      spoke.handleTip(hub.tip(), now);
    },
    /** What the listener reports by now. */
    reports: (now: number) => {
      const sends = spoke.take(now, NOW_MS);
      for (const { bytes } of sends) hub.handleHave(LISTENER, bytes, now);
      return sends.length;
    },
    /** What the server sends the listener by now. */
    copies: (now: number) =>
      hub
        .take(now, NOW_MS)
        .filter(({ to, kind }) => to === LISTENER && kind === "delta")
        .map(({ bytes }) => bytes),
  };
}

test("[CRW1] a listener that hears everything on the SFU is sent nothing else, and its pings are all that it says", () => {
  const { spoke, edit, ping, reports, copies } = stage();
  ping(0);
  let [said, sent] = [reports(0), 0];
  said = 0;
  for (let now = 0.25; now < 120; now += 0.25) {
    if (now % 0.5 === 0) edit(now);
    if (now % PING === 0) ping(now);
    said += reports(now);
    sent += copies(now).length;
  }
  expect([said, sent]).toEqual([0, 0]);
  expect(spoke.replica.vector.highest(AUTHOR)).toBeGreaterThan(200);
});

test("[CRW1] one that never agrees, since something is always under way, reports before the server sends it again", () => {
  const { edit, reports, copies } = stage();
  let [said, sent] = [0, 0];
  for (let now = 0.05; now < 60; now += 0.05) {
    edit(now);
    said += reports(now);
    sent += copies(now).length;
  }
  expect(sent).toBe(0);
  expect(said).toBeLessThan(30);
});

test("[CRW2] what the SFU did not bring a listener the server does: a little after its pings could have told", () => {
  const { hub, spoke, edit, ping, copies } = stage();
  ping(0);
  edit(0.1, true);
  ping(PING);
  expect(copies(0.1 + GRACE)).toEqual([]);
  const [bytes] = copies(0.1 + LISTENER_GRACE);
  if (!bytes) throw new Error("nothing was sent");
  spoke.handleServerFrame(bytes, 3, NOW_MS);
  expect(spoke.state.tip).toBe(hub.tip());
});
