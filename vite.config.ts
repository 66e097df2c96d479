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
  build: { outDir: "../dist", emptyOutDir: true, target: "es2022", sourcemap: true },
  server: { headers: isolation },
  preview: { headers: isolation },
});
