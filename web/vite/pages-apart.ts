/**
 * Builds further pages beside the app, each by itself: `/check`, and the audience's at `/l/ROOM`. In one build with the
 * app they would share chunks, and the app's first scripts would be cut up for pages that are not it; and the
 * audience's page would fetch more than it runs.
 */
import { fileURLToPath } from "node:url";
import preact from "@preact/preset-vite";
import { build, type Plugin } from "vite";
import { supersonicClient } from "./supersonic.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGES = ["check.html", "listen.html"] as const;
/** The address of a room's audience. */
const LISTEN = /^\/l\/[\w-]+\/?(?=$|\?)/;

export const pagesApart = (): Plugin => ({
  name: "tutti:pages-apart",
  configureServer(server) {
    server.middlewares.use((request, _response, next) => {
      request.url = request.url?.replace(LISTEN, "/listen.html");
      next();
    });
  },
  writeBundle: {
    // Before everything is packed.
    order: "pre",
    sequential: true,
    async handler({ dir }) {
      if (dir === undefined) return;
      for (const page of PAGES) {
        await build({
          configFile: false,
          root: ROOT,
          logLevel: "warn",
          plugins: [preact(), supersonicClient()],
          worker: { format: "es" },
          build: {
            outDir: dir,
            emptyOutDir: false,
            copyPublicDir: false,
            target: "es2022",
            sourcemap: true,
            rolldownOptions: { input: `${ROOT}${page}` },
          },
        });
      }
    },
  },
});
