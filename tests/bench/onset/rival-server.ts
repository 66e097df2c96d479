/** Pages of rivals, with SuperSonic as it comes: nothing of it is changed on the way. */
import { join } from "node:path";
import { createServer } from "vite";
import { isolation } from "../../../vite.config.ts";
import { supersonicFiles } from "../../../web/vite/supersonic.ts";

export interface RivalServer {
  readonly url: string;
  close(): Promise<void>;
}

const ROOT = join(import.meta.dirname, "../../..");

/** `page` lies in `root`. */
export async function startRivalServer(
  root = import.meta.dirname,
  page = "rival.html",
): Promise<RivalServer> {
  const server = await createServer({
    configFile: false,
    root,
    cacheDir: join(ROOT, ".cache", `vite-${page}`),
    logLevel: "error",
    plugins: [supersonicFiles(isolation)],
    optimizeDeps: { include: ["supersonic-scsynth"] },
    server: { host: "127.0.0.1", port: 0, headers: isolation, hmr: false, fs: { allow: [ROOT] } },
  });
  await server.listen();
  const address = server.httpServer?.address();
  if (!address || typeof address === "string") throw new Error("the rival's server has no port");
  return { url: `http://127.0.0.1:${address.port}/${page}`, close: () => server.close() };
}
