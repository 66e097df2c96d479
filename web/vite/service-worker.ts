/** Builds the service worker as `/sw.js` and writes into it which files this build consists of. */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { INSTRUMENTS } from "../../shared/music/instruments.ts";

const SOURCE = fileURLToPath(new URL("../service-worker/worker.ts", import.meta.url));
const NAME = "sw.js";
const PLACE = "TUTTI_BUILD";
/** The metronome's, beside those of the instruments (`audio/click.ts`). */
const CLICK = "sonic-pi-beep";

const synths = new Set([CLICK, ...INSTRUMENTS.map(({ synthdef }) => synthdef)]);
const SYNTH = /^supersonic\/synthdefs\/(.+)\.scsyndef$/;

/** What a page needs to sound without its server; the page itself goes by "/". */
function isKept(name: string): boolean {
  const synth = SYNTH.exec(name)?.[1];
  if (synth !== undefined) return synths.has(synth);
  return name !== NAME && name !== "index.html" && !/\.(?:map|txt)$/.test(name);
}

export const serviceWorker = (): Plugin => ({
  name: "tutti:service-worker",
  apply: "build",
  enforce: "post",
  buildStart() {
    this.emitFile({ type: "chunk", id: SOURCE, fileName: NAME });
  },
  generateBundle: {
    // After everything that adds a file.
    order: "post",
    handler(_, bundle) {
      const worker = bundle[NAME];
      if (worker?.type !== "chunk" || !worker.code.includes(PLACE) || worker.imports.length > 0)
        throw new Error("the service worker is not one script with a place for the build's files");
      const names = Object.keys(bundle).filter(isKept).toSorted();
      const hash = createHash("sha256");
      for (const name of [...names, "index.html"]) {
        const file = bundle[name];
        hash.update(name);
        if (file) hash.update(file.type === "chunk" ? file.code : file.source);
      }
      const build = {
        version: hash.digest("hex").slice(0, 16),
        // Of `public/`, which is copied beside the bundle.
        files: ["/icon.svg", ...names.map((name) => `/${name}`)],
      };
      worker.code = worker.code.replaceAll(PLACE, JSON.stringify(build));
    },
  },
});
