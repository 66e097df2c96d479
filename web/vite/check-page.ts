/**
 * Builds `/check` beside the app, as a page of its own: in one build with it the two would share chunks, and the
 * app's first scripts would be cut up for a page that hardly anybody opens.
 */
import { fileURLToPath } from "node:url";
import preact from "@preact/preset-vite";
import { build, type Plugin } from "vite";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

export const checkPage = (): Plugin => ({
  name: "tutti:check-page",
  apply: "build",
  writeBundle: {
    // Before everything is packed.
    order: "pre",
    sequential: true,
    async handler({ dir }) {
      if (dir === undefined) return;
      await build({
        configFile: false,
        root: ROOT,
        logLevel: "warn",
        plugins: [preact()],
        build: {
          outDir: dir,
          emptyOutDir: false,
          copyPublicDir: false,
          target: "es2022",
          sourcemap: true,
          rolldownOptions: { input: `${ROOT}check.html` },
        },
      });
    },
  },
});
