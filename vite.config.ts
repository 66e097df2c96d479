import preact from "@preact/preset-vite";
import { defineConfig } from "vite";
import { pagesApart } from "./web/vite/pages-apart.ts";
import { mediasoupHandlers } from "./web/vite/mediasoup.ts";
import { precompress } from "./web/vite/precompress.ts";
import { serviceWorker } from "./web/vite/service-worker.ts";
import { supersonic } from "./web/vite/supersonic.ts";

/** Cross-origin isolation gives the page SharedArrayBuffer, and with it SuperSonic's "sab" mode. */
export const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/**
 * What the first scripts share with later ones: one piece of it compresses better than the six it would be cut into.
 * What only later ones share (the pad) stays with them.
 */
const SHARED_MUSIC = {
  name: "shared",
  test: /[\\/](preact|@preact[\\/]signals(-core)?)[\\/]|[\\/]shared[\\/](music[\\/](?!pad|travel)|protocol)|[\\/]bytes\.ts$/,
  minShareCount: 2,
};

export default defineConfig({
  root: "web",
  plugins: [
    preact(),
    supersonic(isolation),
    mediasoupHandlers(),
    serviceWorker(),
    pagesApart(),
    precompress(),
  ],
  resolve: {
    // The only form of simple-peer that works in a browser without Node polyfills.
    alias: { "simple-peer": "simple-peer/simplepeer.min.js" },
  },
  worker: { format: "es" },
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: true,
    rolldownOptions: { output: { codeSplitting: { groups: [SHARED_MUSIC] } } },
  },
  server: { headers: isolation },
  preview: { headers: isolation },
});
