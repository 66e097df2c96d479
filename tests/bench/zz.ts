import { launch } from "../e2e/support/browser.ts";
import { TestServer } from "../e2e/support/server.ts";
import { openTuttiPair } from "./edit/tutti-pair.ts";
import { loadavg } from "node:os";
const server = await TestServer.start();
const b = await launch();
const pair = await openTuttiPair(b, server.url, "relay");
for (const p of [pair.editor, pair.other]) {
  const s = await p.context().newCDPSession(p);
  await s.send("Performance.enable", { timeDomain: "timeTicks" });
  const get = async () =>
    Object.fromEntries((await s.send("Performance.getMetrics")).metrics.map((m) => [m.name, m.value]));
  const raf = p.evaluate(
    () =>
      new Promise((r) => {
        let n = 0,
          worst = 0,
          last = performance.now();
        const t0 = last;
        const f = () => {
          const now = performance.now();
          worst = Math.max(worst, now - last);
          last = now;
          n++;
          if (now - t0 < 4000) requestAnimationFrame(f);
          else r({ fps: n / 4, worst });
        };
        requestAnimationFrame(f);
      }),
  );
  const a = await get();
  await new Promise((r) => setTimeout(r, 4000));
  const z = await get();
  const d = (k: string) => ((z[k] - a[k]) / (z["Timestamp"] - a["Timestamp"])).toFixed(3);
  console.log(
    "ZZ",
    "task",
    d("TaskDuration"),
    "script",
    d("ScriptDuration"),
    "layout",
    d("LayoutDuration"),
    "style",
    d("RecalcStyleDuration"),
    "layouts/s",
    d("LayoutCount"),
    "styles/s",
    d("RecalcStyleCount"),
    "process",
    d("ProcessTime"),
    JSON.stringify(await raf),
    loadavg()[0],
  );
}
await pair.close();
await b.close();
await server.close();
